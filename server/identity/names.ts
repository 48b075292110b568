import type { ActorName } from '../policy/actor.js'
import { userOf } from '../policy/actor.js'
import type { Database } from '../storage/database.js'
import type { Users } from '../storage/users.js'

/** What people are called who stand in lists by their ids. */
export function createNames({ database, users }: { database: Database; users: Users }) {
  return {
    /** By user id. */
    ofUsers: (ids: readonly number[]): Promise<Map<number, string>> => users.names(database, [...new Set(ids)]),

    /** By the actor's own word (`user:7`); the command line and the server itself have none. */
    async ofActors(actors: readonly (string | null)[]): Promise<Map<string, string>> {
      const ids = [...new Set(actors)].flatMap(actor => (actor === null ? [] : (userOf(actor as ActorName) ?? [])))
      const names = await users.names(database, ids)
      return new Map([...names].map(([id, name]) => [`user:${id}`, name]))
    },
  }
}

export type Names = ReturnType<typeof createNames>
