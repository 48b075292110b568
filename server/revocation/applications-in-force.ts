// Cache of the applications that this process has used, as their rows were when the log's head last reported a change
// of any. A token is made from a row's version that is read in the same statement as its claims: where the cache has
// another version, it loads the row again.
import { ownApplicationId, ownLifetimes } from '../policy/application-metadata.js'
import type { Overrides } from '../policy/eras.js'
import { type ApplicationRecord, type ApplicationStore, overridesOf } from '../storage/applications.js'
import type { Database } from '../storage/database.js'
import type { Tail } from './tail.js'

/**
 * How many are cached beside those that every process keeps; the one loaded longest ago is evicted, and loaded again at its next
 * use.
 */
const mostMet = 1_000

export type ApplicationsInForceDeps = { database: Database; applicationStore: ApplicationStore; tail: Tail }

export function createApplicationsInForce({ database, applicationStore, tail }: ApplicationsInForceDeps) {
  let known = new Map<string, ApplicationRecord>()
  /** Cached applications that are active resource servers; picked once, as each token of an application needs them. */
  let resourceServers: readonly ApplicationRecord[] = []
  let overrides: Overrides = new Map()
  let logId = ''
  /** The head's version of applications when all of these rows were read, or found unchanged. */
  let head = 0
  let resourceHead = 0
  let hasLogoutUris = false
  /** How often a change of the head was followed: a load that overlaps with one reads its rows once more. */
  let follows = 0
  /** Loads under way: concurrent callers share one read. */
  const meeting = new Map<string, Promise<void>>()

  tail.follow(
    ({ logId, applicationVersion }) => `${logId} ${applicationVersion}`,
    async next => {
      follows++
      // A database that went back may have other rows with the same versions.
      const isSameLog = next.logId === logId
      const before = isSameLog ? known : new Map<string, ApplicationRecord>()
      const always = await applicationStore.inForce(database)
      const found = new Map(always.map(one => [one.id, one]))
      const met = [...new Set([ownApplicationId, ...known.keys()])].filter(id => !found.has(id))
      const versions = await applicationStore.versions(database, met)
      const isSame = (id: string) => before.get(id)?.version === versions.get(id)
      for (const id of met) if (versions.has(id) && isSame(id)) found.set(id, before.get(id)!)
      const changed = met.filter(id => versions.has(id) && !isSame(id))
      for (const one of await applicationStore.some(database, changed)) found.set(one.id, one)
      const anyLogoutUri = await applicationStore.hasLogoutUris(database)
      // After the last read: `load` may have read newer rows meanwhile, and they stay.
      for (const [id, one] of known) {
        const read = found.get(id)
        if (read ? isSameLog && one.version > read.version : !met.includes(id)) found.set(id, one)
      }
      hasLogoutUris = anyLogoutUri
      logId = next.logId
      head = next.applicationVersion
      resourceHead = next.resourceVersion
      take(found)
    },
  )

  function take(next: Map<string, ApplicationRecord>): void {
    known = next
    resourceServers = [...known.values()].filter(isActiveResourceServer)
    const nextOverrides = overridesOf(known.values())
    // The same object while nothing differs, so that what was derived from it stays cached (policy/eras.ts).
    if (JSON.stringify([...nextOverrides].sort()) !== JSON.stringify([...overrides].sort())) overrides = nextOverrides
  }

  async function load(ids: readonly string[]): Promise<void> {
    for (let seen = -1; seen !== follows; ) {
      seen = follows
      const found = await applicationStore.some(database, ids)
      if (seen !== follows) continue
      const next = new Map(known)
      for (const id of ids) next.delete(id)
      // Of two loads of one row the one that began first may end last.
      for (const one of found) next.set(one.id, newer(one, known.get(one.id)))
      const passing = [...next.values()].filter(one => !isAlwaysKnown(one))
      for (const { id } of passing.slice(0, Math.max(0, passing.length - mostMet))) next.delete(id)
      take(next)
    }
  }

  return {
    /** The cached application; undefined where it was not loaded, or does not exist. */
    find: (id: string): ApplicationRecord | undefined => known.get(id),

    /** Loads an application unless it is cached. @throws database_unavailable */
    async meet(id: string): Promise<ApplicationRecord | undefined> {
      if (!known.has(id)) {
        const read = meeting.get(id) ?? load([id]).finally(() => meeting.delete(id))
        meeting.set(id, read)
        await read
      }
      return known.get(id)
    },

    load,

    /** Ids of rows whose version differs from the cached one. */
    outdated(rows: Iterable<{ id: string; version: number }>): string[] {
      const ids = new Set<string>()
      for (const { id, version } of rows) if (known.get(id)?.version !== version) ids.add(id)
      return [...ids]
    },

    /** Lifetimes that applications override: the same object until one of them changes. */
    overrides: (): Overrides => overrides,

    /** The version of applications in the head that the cache is as new as. */
    get head() {
      return head
    },

    /**
     * The version in the head of changes of the applications that every process caches: resource servers, and those
     * with lifetimes of their own.
     */
    get resourceHead() {
      return resourceHead
    },

    /**
     * Whether any application has a back-channel logout address: while none has, ends of sessions cause no look-up of deliveries.
     */
    hasLogoutUris: (): boolean => hasLogoutUris,

    /** The active resource servers. */
    resourceServers: (): readonly ApplicationRecord[] => resourceServers,
  }
}

export type ApplicationsInForce = ReturnType<typeof createApplicationsInForce>

const newer = (one: ApplicationRecord, other: ApplicationRecord | undefined): ApplicationRecord =>
  other && other.version > one.version ? other : one

const isActiveResourceServer = ({ id, active, resource }: ApplicationRecord) =>
  active && (resource !== null || id === ownApplicationId)

function isAlwaysKnown({ id, resource, metadata }: ApplicationRecord): boolean {
  return id === ownApplicationId || resource !== null || ownLifetimes(metadata) !== null
}
