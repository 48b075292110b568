// The roof: puts the parts of all floors together, from the ground up; which parts a floor has says its file in
// composition/. Servers, the command line and tests all stand on what this makes; a test hands in its own clock and log.
import { randomBytes, randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type Koa from 'koa'
import { requireSecretKey } from '../config/secret-key.js'
import type { Settings } from '../config/settings.js'
import { createApp } from './app.js'
import { composeAdministration } from './composition/administration.js'
import { composePeople } from './composition/people.js'
import type { Ports } from './composition/ports.js'
import { composeRevocation } from './composition/revocation.js'
import { composeStorage } from './composition/storage.js'
import { composeTokens } from './composition/tokens.js'
import { ensureAdministrator } from './identity/first-administrator.js'
import { createJobs } from './jobs/jobs.js'
import { builtInRoles } from './policy/permissions.js'
import { firstPolicy } from './policy/policies.js'
import { writeFirstRows } from './storage/first-rows.js'
import { migrateUp, requireKnownMigrations } from './storage/migrate.js'

export type { Ports }

/** The application that owns password sign-ins. */
const ownApplication = { id: 'darvoza', name: 'Darvoza' }

const second = 1_000
const minute = 60 * second

const root = new URL('../../', import.meta.url)

/**
 * Puts the server together; nothing is migrated, and nothing runs, until it is told to.
 * @throws SettingsError, database_unavailable
 */
export async function compose(settings: Settings, { log, random = randomBytes, pauses = {}, ...ports }: Ports) {
  const uuid = () => randomUUID()
  const given = { log, random, pauses, uuid, ...ports }
  const secretKey = requireSecretKey(settings)

  const storage = await composeStorage(settings)
  const revocation = await composeRevocation(settings, secretKey, given, storage)
  const tokens = composeTokens(settings, secretKey, given, storage, revocation, work => jobs.afterwards(work))
  const people = composePeople(secretKey, ownApplication.id, given, storage, revocation, tokens)
  const administration = composeAdministration(given, storage, revocation, tokens, people)

  const { database, userStore } = storage
  const { now, tail, redisLink } = revocation
  const { signingKeys, secrets, tally, sightings, auditTrail } = tokens
  const { users, hashingProcess, failedSignIns } = people
  const { figures, housekeeping, issuerClaim, keyRing, settledPolicies, incidentLog } = administration

  let leaving = false
  const app: Koa = createApp({
    ...{ settings, issuer: settings.issuer, ownApplication: ownApplication.id, root: fileURLToPath(root) },
    ...{ log, uuid, random },
    ...revocation,
    ...tokens,
    ...people,
    ...administration,
    incidents: incidentLog,
    isLeaving: () => leaving,
  })
  const jobs = createJobs({ log }, [
    { name: 'figures', everyMs: 5 * second, run: tally.flush },
    { name: 'devices seen', everyMs: minute, run: sightings.flush },
    { name: 'levels', everyMs: minute, run: figures.measure },
    { name: 'tidy figures', everyMs: 60 * minute, run: figures.tidy },
    { name: 'heartbeat', everyMs: second, run: housekeeping.beat },
    { name: 'failed sign-ins', everyMs: second, run: failedSignIns.write },
    { name: 'forget revocations', everyMs: minute, run: housekeeping.forgetRevocations },
    { name: 'keys', everyMs: minute, run: keyRing.upkeep },
    { name: 'tidy sessions', everyMs: 10 * minute, run: housekeeping.tidySessions },
    { name: 'settle policies', everyMs: 10 * minute, run: settledPolicies.settle },
    { name: 'drop audit entries', everyMs: 10 * minute, run: housekeeping.dropAudit },
  ])

  return {
    app,
    jobs,
    /** For the command line and tests. */
    parts: { ...storage, ...revocation, ...tokens, ...people, ...administration },

    /** Makes or updates the schema, and what every installation has. Many servers may do it at once. */
    async migrate(): Promise<void> {
      await migrateUp(database)
      await writeFirstRows(database, {
        application: ownApplication,
        roles: builtInRoles,
        policy: JSON.stringify(firstPolicy),
        accessLifetime: firstPolicy.access_token_lifetime,
        logId: random(8).toString('hex'),
        now: now(),
      })
      await signingKeys.ensure()
      await secrets.ensure(auditTrail.begin)
    },

    /**
     * Follows the log and makes the first administrator; the jobs are started by themselves.
     * @returns what to print once, or null
     */
    async start(): Promise<{ username: string; password: string } | null> {
      await requireKnownMigrations(database)
      await issuerClaim.claim(settings.issuer)
      await tail.start()
      await redisLink?.start()
      const wanted = { username: settings.adminUsername, password: settings.adminPassword }
      const made = await ensureAdministrator({ database, store: userStore, users, random }, wanted)
      await housekeeping.beat()
      return made
    },

    /** The process is about to stop: it says so to whoever asks whether it is ready, and goes on answering. */
    leave(): void {
      leaving = true
    },

    async close(): Promise<void> {
      tail.stop()
      await jobs.stop()
      await tally.flush().catch(() => {})
      await sightings.flush().catch(() => {})
      await redisLink?.close()
      await hashingProcess.close()
      await database.close()
    },
  }
}

export type Composed = Awaited<ReturnType<typeof compose>>
