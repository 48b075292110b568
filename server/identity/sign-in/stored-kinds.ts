// Which kinds of password hash the user table holds, by an index scan that seeks from kind to kind.
import type { Database } from '../../storage/database.js'
import type { UserStore } from '../../storage/users.js'
import { isKnownHash, workOf } from './stored-passwords.js'

/** At most this many kinds are searched: an import could hold a different one in each row. */
const mostKinds = 64

/** Sorts after every character that a hash contains. */
const behind = '\x7f'

/** @returns a stand-in (`workOf`) for each kind */
export function createStoredKinds({ database, userStore }: { database: Database; userStore: UserStore }) {
  return async function storedKinds(): Promise<readonly string[]> {
    const found = new Set<string>()
    let after = ''
    for (let seek = 0; seek < mostKinds; seek++) {
      const next = await userStore.passwordHashAfter(database, after)
      if (next === null) break
      const kind = isKnownHash(next) ? workOf(next) : null
      if (kind) found.add(kind.standIn)
      after = (kind?.head ?? (next.match(/^[^$]*\$/)?.[0] || next[0]!)) + behind
    }
    return [...found]
  }
}
