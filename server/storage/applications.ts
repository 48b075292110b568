// Rows of applications (table `application`), with metadata as JSON. `change` raises the version of the row and those
// in the log's head, by which other processes reload their caches.
import {
  type ApplicationKind,
  type ApplicationMetadata,
  type ApplicationOrigin,
  type ApplicationTerms,
  type OwnLifetimes,
  ownApplicationId,
  ownLifetimes,
  type ResourceScope,
  scopesAsked,
} from '../policy/application-metadata.js'
import type { Overrides } from '../policy/eras.js'
import { createApplicationSecretRows } from './application-secrets.js'
import type { Queries, Value } from './database.js'
import { assignments, columns, inChunks, insertion, placeholders } from './statement.js'

/** `endedSeq`: the application's sessions whose `seq` is lower are over. Times are epoch ms. */
export type ApplicationRecord = ApplicationTerms & {
  name: string
  kind: ApplicationKind
  endedSeq: number
  createdAt: number
  registrationTokenHash: string | null
  /** When it was deleted, epoch ms. The row stays, so that its id is never used again. */
  deletedAt: number | null
}

export type NewApplication = Omit<ApplicationRecord, 'version' | 'endedSeq' | 'deletedAt'>
export type ApplicationChanges = Partial<Omit<ApplicationRecord, 'version' | 'endedSeq' | 'id' | 'createdAt'>>

const applicationColumns = [
  ...(['id', 'name', 'kind', 'origin', 'active', 'endedSeq', 'version', 'createdAt'] as const),
  ...(['metadata', 'resource', 'resourceScopes', 'registrationTokenHash', 'deletedAt'] as const),
]

type ApplicationRow = Omit<ApplicationRecord, 'active' | 'metadata' | 'resourceScopes'> & {
  active: number
  metadata: string | null
  resourceScopes: string | null
}

const selectApplication = `SELECT ${columns('a', applicationColumns)} FROM application a`

export function createApplicationStore(dialect: { forUpdate: string }) {
  async function read(tx: Queries, rest: string, values: readonly Value[]): Promise<ApplicationRecord[]> {
    return (await tx.read<ApplicationRow>(`${selectApplication} ${rest}`, values)).map(readApplication)
  }

  /** @param ofAll whether it is one that every process caches: tokens of other applications depend on it */
  async function raiseHead(tx: Queries, ofAll: boolean): Promise<void> {
    const also = ofAll ? ', resource_version = resource_version + 1' : ''
    await tx.write(`UPDATE log_head SET application_version = application_version + 1${also} WHERE id = 1`)
  }

  /** Whether every process caches this application. */
  async function isKnownToAll(tx: Queries, id: string): Promise<boolean> {
    const rows = await tx.read(
      'SELECT id FROM application WHERE id = ? AND (own_lifetimes = ? OR resource IS NOT NULL)',
      [...[id, true]],
    )
    return rows.length > 0 || id === ownApplicationId
  }

  return {
    ...createApplicationSecretRows(),

    async find(tx: Queries, id: string): Promise<ApplicationRecord | null> {
      return (await read(tx, 'WHERE a.id = ?', [id]))[0] ?? null
    },

    some: (tx: Queries, ids: readonly string[]): Promise<ApplicationRecord[]> =>
      inChunks(ids, part => read(tx, `WHERE a.id IN (${placeholders(part.length)})`, part)),

    /** Applications of this origin, by id; without the deleted ones. */
    ofOrigin: (tx: Queries, origin: ApplicationOrigin): Promise<ApplicationRecord[]> =>
      read(tx, 'WHERE a.origin = ? AND a.deleted_at IS NULL ORDER BY a.id', [origin]),

    /**
     * Applications that every process caches, used there or not: resource servers, and those with lifetimes of their
     * own.
     */
    async inForce(tx: Queries): Promise<ApplicationRecord[]> {
      return read(tx, 'WHERE a.own_lifetimes = ? OR a.resource IS NOT NULL', [true])
    },

    /** The present version of each of these applications; deleted ones are omitted. */
    async versions(tx: Queries, ids: readonly string[]): Promise<Map<string, number>> {
      const rows = await inChunks(ids, part =>
        tx.read<{ id: string; version: number }>(
          `SELECT id, version FROM application WHERE id IN (${placeholders(part.length)})`,
          part,
        ),
      )
      return new Map(rows.map(row => [row.id, row.version]))
    },

    /** Whether any application has registered this algorithm for its id_tokens. */
    async anyHasIdTokenAlgorithm(tx: Queries, algorithm: string): Promise<boolean> {
      // Text that JSON.stringify writes for the member; inside a JSON string the quotation marks would be escaped.
      const member = `%"id_token_signed_response_alg":"${algorithm}"%`
      return (await tx.read('SELECT id FROM application WHERE metadata LIKE ? LIMIT 1', [member])).length > 0
    },

    /** Whether any application has a back-channel logout address, by the index on `told_of_ends`. */
    async hasLogoutUris(tx: Queries): Promise<boolean> {
      return (await tx.read('SELECT id FROM application WHERE told_of_ends = ? LIMIT 1', [true])).length > 0
    },

    /** Applications with a back-channel logout address, by name. */
    notifiedOfEnds: (tx: Queries, limit: number): Promise<{ id: string; name: string }[]> =>
      tx.read(
        `SELECT id, name FROM application WHERE told_of_ends = ? AND deleted_at IS NULL
         ORDER BY sort_key LIMIT ${Math.trunc(limit)}`,
        [true],
      ),

    /** Ids of applications that may sign users in. */
    async activeIds(tx: Queries): Promise<string[]> {
      const rows = await tx.read<{ id: string }>('SELECT id FROM application WHERE active = ? ORDER BY id', [true])
      return rows.map(row => row.id)
    },

    /**
     * Other processes load a new application at its first use, and need no notification. Two kinds need one: those
     * that every process caches, and those with a back-channel logout address, which may be the first. It raises the
     * head of the log then: the caller has taken the locks that come before the head's, and takes none after.
     */
    async insert(tx: Queries, application: NewApplication): Promise<void> {
      const row = { ...written(application.id, application), version: 1, endedSeq: 0 }
      await tx.write(...insertion('application', row))
      if (row.ownLifetimes || application.resource !== null) await raiseHead(tx, true)
      else if (row.toldOfEnds) await raiseHead(tx, false)
    },

    /**
     * Changes a row, and raises its version and the head's, by which every process notices. The caller has locked
     * both heads.
     */
    async change(tx: Queries, id: string, changes: ApplicationChanges): Promise<void> {
      const [sql, values] = assignments(written(id, changes))
      const before = await isKnownToAll(tx, id)
      await tx.write(`UPDATE application SET ${sql}, version = version + 1 WHERE id = ?`, [...values, id])
      await raiseHead(tx, before || (await isKnownToAll(tx, id)))
    },

    /** Ids of applications that may ask for one of these scopes. */
    async applicationsWithScopes(tx: Queries, scopes: readonly string[]): Promise<string[]> {
      const found = await inChunks(scopes, part =>
        tx.read<{ id: string; metadata: string }>(
          `SELECT id, metadata FROM application
           WHERE deleted_at IS NULL AND (${part.map(() => 'INSTR(metadata, ?) > 0').join(' OR ')})`,
          part,
        ),
      )
      const asks = (metadata: string) =>
        scopesAsked(JSON.parse(metadata) as ApplicationMetadata).some(word => scopes.includes(word))
      return [...new Set(found.filter(({ metadata }) => asks(metadata)).map(({ id }) => id))].sort()
    },

    /** Locks applications in the order of their ids; ids without an application are skipped. */
    async lockAll(tx: Queries, ids: Iterable<string>): Promise<void> {
      const each = [...new Set(ids)].sort()
      await inChunks(each, part =>
        tx.read(
          `SELECT id FROM application WHERE id IN (${placeholders(part.length)}) ORDER BY id${dialect.forUpdate}`,
          part,
        ),
      )
    },

    async lock(tx: Queries, id: string): Promise<void> {
      await tx.read(`SELECT id FROM application WHERE id = ?${dialect.forUpdate}`, [id])
    },

    /** The number of the last entry that ended all sessions of an application, or of everybody. */
    async endedSeq(tx: Queries, id: string): Promise<number> {
      const [row] = await tx.read<{ ofApplication: number; ofLog: number }>(
        `SELECT a.ended_seq AS ofApplication, h.ended_seq AS ofLog
         FROM application a CROSS JOIN log_head h WHERE a.id = ?`,
        [id],
      )
      return row ? Math.max(row.ofApplication, row.ofLog) : 0
    },

    async raiseEndedSeq(tx: Queries, id: string, seq: number): Promise<void> {
      await tx.write('UPDATE application SET ended_seq = ? WHERE id = ? AND ended_seq < ?', [seq, id, seq])
    },
  }
}

export type ApplicationStore = ReturnType<typeof createApplicationStore>

/** Lifetimes that applications override, by application id. */
export function overridesOf(applications: Iterable<ApplicationRecord>): Overrides {
  const overrides = new Map<string, OwnLifetimes>()
  for (const { id, metadata } of applications) {
    const own = ownLifetimes(metadata)
    if (own) overrides.set(id, own)
  }
  return overrides
}

function readApplication({ metadata, resourceScopes, ...row }: ApplicationRow): ApplicationRecord {
  return {
    ...row,
    active: row.active === 1,
    metadata: metadata === null ? {} : (JSON.parse(metadata) as ApplicationMetadata),
    resourceScopes: resourceScopes === null ? [] : (JSON.parse(resourceScopes) as ResourceScope[]),
  }
}

/** The sort key of lists: the name without regard to case, and the id, which is unique. */
export function applicationSortKey(id: string, name: string): string {
  return `${name.normalize('NFKC').toLowerCase().slice(0, 90)} ${id}`
}

/** The row of an application, as the columns store it. */
function written(id: string, { metadata, resourceScopes, ...plain }: ApplicationChanges & Partial<NewApplication>) {
  return {
    ...plain,
    ...(plain.name !== undefined && { sortKey: applicationSortKey(id, plain.name) }),
    ...(metadata && {
      metadata: JSON.stringify(metadata),
      ownLifetimes: ownLifetimes(metadata) !== null,
      toldOfEnds: metadata.backchannel_logout_uri !== undefined,
    }),
    ...(resourceScopes && { resourceScopes: JSON.stringify(resourceScopes) }),
  }
}
