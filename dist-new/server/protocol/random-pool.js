// Random bytes out of a pool: a token needs a few, and to ask the kernel for each costs twenty times as much as to copy them.
import { randomBytes, randomFillSync } from 'node:crypto';
const poolSize = 4_096;
/** @returns what `randomBytes` does; each byte of the pool is given out once, and is not kept */
export function createRandomPool() {
    const pool = Buffer.alloc(poolSize);
    let used = poolSize;
    return size => {
        if (size > poolSize / 16)
            return randomBytes(size);
        if (used + size > poolSize) {
            randomFillSync(pool);
            used = 0;
        }
        const given = Buffer.from(pool.subarray(used, used + size));
        pool.fill(0, used, used + size);
        used += size;
        return given;
    };
}
//# sourceMappingURL=random-pool.js.map