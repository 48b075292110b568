/** How often what is over is swept out, in ms. */
const sweepEvery = 60_000;
/**
 * Counts in this process alone. Only guesses that were tested and found wrong stay, so it grows no faster than passwords
 * can be hashed, whatever is asked of it.
 */
export function createGuessCounts({ now }) {
    const counts = new Map();
    let sweptAt = 0;
    function sweep() {
        if (now() - sweptAt < sweepEvery)
            return;
        sweptAt = now();
        for (const [key, { endsAt }] of counts)
            if (endsAt <= sweptAt)
                counts.delete(key);
    }
    function add({ key, endsAt }) {
        const count = counts.get(key);
        if (count)
            count.held++;
        else
            counts.set(key, { held: 1, endsAt });
    }
    function remove({ key }) {
        const count = counts.get(key);
        if (count && --count.held === 0)
            counts.delete(key);
    }
    const heldOf = ({ key }) => counts.get(key)?.held ?? 0;
    return {
        async take(wanted) {
            sweep();
            const counted = wanted.every(one => heldOf(one) < one.limit);
            if (counted)
                for (const one of wanted)
                    add(one);
            const giveBack = () => {
                if (counted)
                    for (const one of wanted)
                        remove(one);
            };
            return { counted, held: wanted.map(heldOf), giveBack };
        },
    };
}
//# sourceMappingURL=guess-counts.js.map