// The age of a token, whatever the server's clock says (clock skew): a lifetime counts from when the token was requested. Of
// the monotonic and the wall clock the larger difference counts: the monotonic one may stand still while a laptop sleeps, and
// the wall clock may be set.
import type { Tokens } from './tokens.js'

/** Both in ms. */
export type Clocks = { monotonic(): number; wall(): number }

export const realClocks: Clocks = { monotonic: () => performance.now(), wall: () => Date.now() }

/** How far the wall clock may be wrong and still give a usable age, in ms. */
const wallTolerance = 5_000

export function createAges({ monotonic, wall }: Clocks) {
  /** The latest access token, and its age when it was first seen here. */
  let seen = { access: '', at: 0, age: 0 }

  return {
    /** How long the access token is still good, in ms; a token of unknown age counts as expired. */
    remaining({ access, lifetime, askedAt }: Tokens): number {
      const byWall = wall() - askedAt
      if (seen.access !== access) {
        const age = byWall < -wallTolerance ? Number.POSITIVE_INFINITY : Math.max(0, byWall)
        seen = { access, at: monotonic(), age }
      }
      return lifetime - Math.max(byWall, seen.age + monotonic() - seen.at)
    },
  }
}

export type Ages = ReturnType<typeof createAges>
