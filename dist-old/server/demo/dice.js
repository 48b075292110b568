// Chance that can be repeated: the same seed throws the same.
import { hash } from 'node:crypto';
/** Dice of their own for each name: throws for one thing leave those for another as they were. */
export function diceOf(...names) {
    let state = hashOf(names.join('\u0000'));
    const next = () => {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    };
    const below = (count) => Math.floor(next() * count);
    return {
        next,
        below,
        chance: share => next() < share,
        pick: items => items[below(items.length)],
        weighted(items) {
            let rest = next() * items.reduce((sum, [, weight]) => sum + weight, 0);
            for (const [item, weight] of items) {
                rest -= weight;
                if (rest < 0)
                    return item;
            }
            return items.at(-1)[0];
        },
        wait: mean => -Math.log(1 - next()) * mean,
    };
}
/** An id like those of `randomUUID`, for rows that must be the same each time: of all 128 bits, or two of a million meet. */
export function uuidOf(...names) {
    const hex = hash('sha256', names.join('\u0000'));
    const variant = '89ab'[Number.parseInt(hex[16], 16) & 3];
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
/** FNV-1a, 32 bits. */
function hashOf(text) {
    let hash = 0x811c9dc5;
    for (let index = 0; index < text.length; index++) {
        hash ^= text.charCodeAt(index);
        hash = Math.imul(hash, 0x01000193);
    }
    // Texts that differ in their last letter alone must not begin alike.
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return hash ^ (hash >>> 16);
}
//# sourceMappingURL=dice.js.map