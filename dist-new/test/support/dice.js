// Dice that fall the same for the same seed, so that a failure can be run again.
/** mulberry32: numbers from 0 up to 1. */
export function numbersFrom(seed) {
    let state = seed;
    return () => {
        state = (state + 0x6d2b79f5) | 0;
        let t = Math.imul(state ^ (state >>> 15), 1 | state);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
    };
}
export function aDice(seed) {
    const random = numbersFrom(seed);
    const below = (count) => Math.floor(random() * count);
    return {
        below,
        oneOf: (of) => of[below(of.length)],
        chance: (share) => random() < share,
        someOf: (of) => of.filter(() => random() < 0.4),
        shuffled: (of) => of
            .map(item => ({ item, at: random() }))
            .sort((a, b) => a.at - b.at)
            .map(one => one.item),
    };
}
//# sourceMappingURL=dice.js.map