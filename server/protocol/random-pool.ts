// Random bytes from a pool: a token needs a few, and a system call for each costs twenty times as much as copying them.
import { randomBytes, randomFillSync } from 'node:crypto'

const poolSize = 4_096

/** @returns a function like `randomBytes`; each byte of the pool is used once, and is not kept */
export function createRandomPool(): (size: number) => Buffer {
  const pool = Buffer.alloc(poolSize)
  let used = poolSize

  return size => {
    if (size > poolSize / 16) return randomBytes(size)
    if (used + size > poolSize) {
      randomFillSync(pool)
      used = 0
    }
    const given = Buffer.from(pool.subarray(used, used + size))
    pool.fill(0, used, used + size)
    used += size
    return given
  }
}
