// Writes a planned demo in small transactions: a server on the same database waits for one of them at most.
import { setTimeout as pause, setImmediate } from 'node:timers/promises'
import { nameDevice } from '../identity/devices/device-name.js'
import { entryExpiry, triggers } from '../policy/revocation.js'
import { insertRows } from '../storage/bulk.js'
import type { Database, Queries } from '../storage/database.js'
import type { FigureStore } from '../storage/figures.js'
import type { RevocationStore } from '../storage/revocations.js'
import { writtenSession } from '../storage/session-rows.js'
import { writtenUser } from '../storage/user-rows.js'
import { insertWords } from '../storage/user-words.js'
import type { AuditTrail } from '../tokens/audit-trail.js'
import type { Secrets } from '../tokens/secrets.js'
import { demoApiKeys } from './api-keys.js'
import { figuresOf } from './counts.js'
import { entryOf } from './entries.js'
import type { DemoHistory } from './history.js'
import type { DemoPlan, DemoUser } from './plan.js'
import { deviceRow, incidentRow, type RowContext, sessionRow, userRow } from './rows.js'

export type WriteDemoDeps = {
  database: Database
  revocationStore: RevocationStore
  auditTrail: AuditTrail
  figureStore: FigureStore
  secrets: Secrets
  now: () => number
  random: (size: number) => Buffer
}

export type DemoMade = { users: number; devices: number; sessions: number; auditEntries: number; revocations: number }

type Whole = { plan: DemoPlan; history: DemoHistory; seed: string }

export function createWriteDemo(deps: WriteDemoDeps) {
  const { database, revocationStore, auditTrail, figureStore, secrets, now, random } = deps
  const isEmbedded = database.dialect.engine === 'sqlite'
  const batch = isEmbedded ? 100 : 1_000

  /**
   * Takes a number of the log for every revocation, as if each entry had been written at its time and deleted at its
   * expiry; entries that may still concern a live token are written.
   */
  async function writeRevocations({
    revocations: all,
  }: DemoHistory): Promise<Pick<RowContext, 'seqAt' | 'accountEventSeq'>> {
    const times = Float64Array.from(all, one => one.at)
    const base = await database.transaction(async tx => {
      const { seq, accessLifetime } = await revocationStore.raise(tx, all.length)
      const base = seq - all.length
      // Expired entries are skipped before a row is made: of very many few are still live.
      const entries = all.flatMap(({ at, trigger, subject, exceptSid, actor }, index) => {
        const { kind, effect } = triggers[trigger]
        const expiresAt = entryExpiry(kind, at, accessLifetime, 0)
        if (expiresAt <= now()) return []
        const about = { kind, subject, effect, exceptSid, reason: trigger, actor }
        return [{ seq: base + 1 + index, ...about, createdAt: at, expiresAt }]
      })
      await insertRows(tx, 'revocation', entries)
      return base
    })
    const ofUsers = new Map(
      all.flatMap(({ trigger, subject }, index) =>
        triggers[trigger].kind === 'user' ? [[subject, base + 1 + index]] : [],
      ),
    )
    return {
      seqAt: at => base + lowerBound(times, at),
      accountEventSeq: user => ofUsers.get(String(user.id)) ?? 0,
    }
  }

  /** Writes rows in batches. SQLite has one writer: after each batch others get as much time as it took. */
  async function inBatches<T>(
    items: readonly T[],
    work: (tx: Queries, some: readonly T[]) => Promise<void>,
    done: (count: number) => void,
  ) {
    for (let from = 0; from < items.length; from += batch) {
      const some = items.slice(from, from + batch)
      const since = performance.now()
      await database.transaction(tx => work(tx, some))
      done(some.length)
      if (isEmbedded) await pause(Math.max(5, performance.now() - since))
      else await setImmediate()
    }
  }

  return async function write(
    { plan, history, seed }: Whole,
    rules: Pick<RowContext, 'passwordHash' | 'grace' | 'policyVersion'>,
    onProgress: (done: number, total: number) => void,
  ): Promise<DemoMade> {
    const context: RowContext = {
      ...rules,
      ...(await writeRevocations(history)),
      helper: history.helper,
      adminActor: history.adminActor,
      refreshKeyVersion: secrets.present('refresh').version,
      nameDevice: remembered(nameDevice),
    }
    const devices = plan.users.flatMap(user => user.devices.map(device => ({ user, device })))
    const sessions = plan.users.flatMap(user => user.sessions.map(session => ({ user, session })))
    const reused = sessions.filter(({ session }) => session.end?.why === 'refresh_token_reused')
    const counted = figuresOf(plan, history)
    const keys = demoApiKeys(seed, plan.users, plan.times)
    const lists = [plan.users, devices, sessions, history.events, reused, keys, counted]
    const total = lists.reduce((sum, list) => sum + list.length, 0)
    let done = 0
    const rowsOf = <T>(items: readonly T[], work: (tx: Queries, some: readonly T[]) => Promise<void>) =>
      inBatches(items, work, count => {
        done += count
        onProgress(done, total)
      })

    await rowsOf(plan.users, async (tx, some) => {
      const rows = some.map(user => userRow(user, context))
      await insertRows(tx, 'user', rows.map(writtenUser))
      await insertWords(tx, rows)
      await insertRows(tx, 'user_role', some.flatMap(rolesOf))
    })
    await rowsOf(devices, (tx, some) =>
      insertRows(
        tx,
        'device',
        some.map(one => deviceRow(one.user, one.device, context)),
      ),
    )
    await rowsOf(sessions, (tx, some) =>
      insertRows(
        tx,
        'session',
        some.map(one => writtenSession(sessionRow(one.user, one.session, context))),
      ),
    )
    await rowsOf(reused, (tx, some) =>
      insertRows(
        tx,
        'incident',
        some.map(one => incidentRow(one.user, one.session)),
      ),
    )
    await rowsOf(keys, (tx, some) =>
      // Each key has the hash of a random text, which is unknown.
      insertRows(
        tx,
        'api_key',
        some.map(key => ({ ...key, scopes: JSON.stringify(key.scopes), hash: random(32).toString('base64url') })),
      ),
    )
    await rowsOf(history.events, (tx, some) =>
      auditTrail.append(
        tx,
        some.map(event => entryOf(event, history, seed)),
      ),
    )
    await rowsOf(counted, (tx, some) => figureStore.add(tx, some))
    return {
      users: plan.users.length,
      devices: devices.length,
      sessions: sessions.length,
      auditEntries: history.events.length,
      revocations: history.revocations.length,
    }
  }
}

function rolesOf({ id, roles, accountEvent }: DemoUser): { userId: number; roleName: string }[] {
  return accountEvent?.what === 'user_deleted' ? [] : roles.map(roleName => ({ userId: id, roleName }))
}

/** How many of the sorted values are below a value (binary search). */
function lowerBound(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

function remembered<T>(make: (text: string) => T): (text: string) => T {
  const made = new Map<string, T>()
  return text => {
    const known = made.get(text) ?? make(text)
    made.set(text, known)
    return known
  }
}
