// Which entries are about whom.
import { none } from './packed-entries.js';
const shardBits = 6;
/**
 * The first slot of each subject of one kind. Many small maps: a map moves all it has when it grows, which at a million
 * entries would stop the process for a third of a second.
 */
export function createSubjects() {
    const shards = Array(1 << shardBits).fill(undefined);
    let size = 0;
    return {
        first(subject) {
            if (size === 0)
                return none;
            return shards[shardOf(subject)]?.get(subject) ?? none;
        },
        /** `none` takes the subject out. */
        set(subject, slot) {
            const number = shardOf(subject);
            shards[number] ??= new Map();
            const shard = shards[number];
            size -= shard.size;
            if (slot === none)
                shard.delete(subject);
            else
                shard.set(subject, slot);
            size += shard.size;
        },
        clear() {
            shards.fill(undefined);
            size = 0;
        },
    };
}
/** From the last three characters, which differ in ids of every shape. */
function shardOf(subject) {
    let code = 0;
    for (let at = Math.max(0, subject.length - 3); at < subject.length; at++)
        code = (code << 8) ^ subject.charCodeAt(at);
    // Knuth's multiplicative hash: the upper bits are the well-mixed ones.
    return Math.imul(code, 0x9e37_79b1) >>> (32 - shardBits);
}
//# sourceMappingURL=subjects.js.map