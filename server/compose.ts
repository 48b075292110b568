// The composition root: creates the parts of all floors and connects them, from the ground up; the parts of a floor are listed in
// its file in composition/. Servers, the command line and tests all stand on what this makes; a test injects its own clock and
// log.
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { requireSecretKey } from '../config/secret-key.js'
import type { Settings } from '../config/settings.js'
import { composeIdentity } from './composition/identity.js'
import type { Afterwards, Ports } from './composition/ports.js'
import { composeRevocation } from './composition/revocation.js'
import { composeSignIn } from './composition/sign-in.js'
import { composeStorage } from './composition/storage.js'
import { composeTokens } from './composition/tokens.js'
import { createTestTokens } from './identity/doctor/test-tokens.js'
import { ensureAdministrator } from './identity/people/first-administrator.js'
import { createUserExport } from './identity/people/user-export.js'
import { createJobs } from './jobs/jobs.js'
import { ownApplicationId } from './policy/application-metadata.js'
import { builtInRoles } from './policy/permissions.js'
import { firstPolicy } from './policy/policies.js'
import { importApplicationsFile } from './process/applications-file.js'
import { createRandomPool } from './protocol/random-pool.js'
import { writeFirstRows } from './storage/first-rows.js'
import { migrateUp, requireKnownMigrations } from './storage/migrate.js'

export type { Ports }

/** The application that owns password sign-ins. */
const ownApplication = { id: ownApplicationId, name: 'Darvoza' }

const second = 1_000
const minute = 60 * second

const root = new URL('../../', import.meta.url)

/**
 * Puts the server together; nothing is migrated, and nothing runs, until it is told to.
 * @throws SettingsError, database_unavailable
 */
export async function compose(settings: Settings, ports: Ports) {
  // Loaded for those alone who serve: for a command it would be half of the wait.
  const [{ createApp }, { served, ...composed }] = await Promise.all([
    import('./app.js'),
    composeParts(settings, ports),
  ])
  const app = createApp({
    settings,
    issuer: settings.issuer,
    ownApplication: ownApplication.id,
    root: fileURLToPath(root),
    ...served,
  })
  return { app, ...composed }
}

/** All but the pages and the API, as the command line needs it. */
export async function composeParts(
  settings: Settings,
  { log, random = createRandomPool(), pauses = {}, ...ports }: Ports,
) {
  const uuid = () => randomUUID()
  const given = { log, random, pauses, uuid, ...ports }
  const secretKey = requireSecretKey(settings)

  const storage = await composeStorage(settings, given)
  const revocation = await composeRevocation(settings, secretKey, given, storage)
  const afterwards: Afterwards = work => jobs.afterwards(work)
  const tokens = composeTokens(settings, secretKey, given, storage, revocation, afterwards)
  const signIn = composeSignIn(secretKey, ownApplication.id, given, storage, revocation, tokens)
  const identity = composeIdentity(settings, given, { storage, revocation, tokens, signIn }, afterwards)

  const { database, userStore } = storage
  const { now, tail, redisLink, highWater, memory, verifiers, enforcement, feed } = revocation
  const { signingKeys, secrets, counters, lastSeen, apiKeyUses, auditTrail, spentProofs, sweeping } = tokens
  const { hashing, hashingProcess, failedSignIns } = signIn
  const { users, userList } = identity.people
  const userExport = createUserExport({ database, userStore, userList })
  const testTokens = createTestTokens({
    issuer: settings.issuer,
    database,
    userStore,
    signingKeys,
    secrets,
    tail,
    policy: revocation.policy,
    applications: revocation.applications,
    changes: tokens.changes,
    random,
    uuid,
    now,
  })
  const { figures } = identity.logs
  const { keyRing, sealedSecrets } = identity.keys
  const { settledPolicies } = identity.policies
  const { housekeeping, issuerClaim } = identity.maintenance
  const { legacyCounts, legacyStatus } = identity.legacy
  const { unusedRegistrations } = identity.registrations
  const { sending } = identity.deliveries

  let leaving = false
  /** Skipped while the database has gone back: the mark in DATA_DIR is the evidence of that, and is kept. */
  async function noteLog(): Promise<void> {
    if (!highWater.wentBack) await memory.note(tail.logId, tail.position)
  }
  const jobs = createJobs({ log }, [
    { name: 'figures', everyMs: 5 * second, run: counters.flush },
    { name: 'counts of the former service', everyMs: 5 * second, run: legacyCounts.flush },
    { name: 'devices seen', everyMs: minute, run: lastSeen.flush },
    { name: 'API keys used', everyMs: minute, run: apiKeyUses.flush },
    { name: 'levels', everyMs: minute, run: figures.measure },
    { name: 'purge figures', everyMs: 60 * minute, run: figures.purge },
    { name: 'heartbeat', everyMs: second, run: housekeeping.beat },
    { name: 'log mark', everyMs: second, run: noteLog },
    { name: 'sweeps', everyMs: second, run: sweeping.run },
    { name: 'logout tokens', everyMs: second, run: sending.run },
    { name: 'failed sign-ins', everyMs: second, run: failedSignIns.write },
    { name: 'forget revocations', everyMs: minute, run: housekeeping.forgetRevocations },
    { name: 'keys', everyMs: minute, run: keyRing.rotateDueKeys },
    { name: 'ticket key', everyMs: minute, run: sealedSecrets.renewTicketKey },
    { name: 'kinds of password hashes', everyMs: minute, run: hashing.prepare },
    { name: 'forget pushed requests', everyMs: minute, run: identity.authorizations.pushedRequests.forget },
    { name: 'forget spent proofs', everyMs: minute, run: spentProofs.forget },
    { name: 'purge sessions', everyMs: 10 * minute, run: housekeeping.purgeSessions },
    { name: 'forget verifiers', everyMs: 10 * minute, run: housekeeping.forgetVerifiers },
    { name: 'forget codes', everyMs: 10 * minute, run: housekeeping.forgetCodes },
    { name: 'forget unused registrations', everyMs: 10 * minute, run: unusedRegistrations.forget },
    { name: 'purge logout tokens', everyMs: 10 * minute, run: housekeeping.purgeDeliveries },
    { name: 'forget API keys', everyMs: 10 * minute, run: housekeeping.forgetApiKeys },
    { name: 'forget tokens of the former service', everyMs: 10 * minute, run: legacyStatus.purge },
    { name: 'settle policies', everyMs: 10 * minute, run: settledPolicies.settle },
    { name: 'drop audit entries', everyMs: 10 * minute, run: housekeeping.dropAudit },
  ])

  return {
    /** What requests may reach: no storage. */
    served: {
      log,
      uuid,
      random,
      bodyWait: ports.bodyWait,
      mostUnderWay: ports.mostUnderWay ?? (() => Number.POSITIVE_INFINITY),
      isLeaving: () => leaving,
      revocation,
      tokens,
      signIn,
      identity,
    },
    jobs,
    /** For the command line and tests. */
    parts: { storage, revocation, tokens, signIn, ...identity, userExport, testTokens },

    /** Makes or updates the schema, and what every installation has. Many servers may do it at once. */
    async migrate(): Promise<void> {
      for (const warning of [...database.warnings, ...(settings.legacyJwt?.remarks ?? [])]) log.warn({}, warning)
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
     * @throws SettingsError where APPLICATIONS_FILE is not usable; nothing of it was written then
     */
    async start(): Promise<{ username: string; password: string } | null> {
      await requireKnownMigrations(database)
      await issuerClaim.claim(settings.issuer)
      if (settings.legacyJwt) await storage.installationStore.beginLegacy(database)
      if (settings.legacyJwt && settings.legacyJwt.cutOver > now())
        log.warn(
          { cutOver: new Date(settings.legacyJwt.cutOver).toISOString() },
          'LEGACY_JWT_CUT_OVER is in the future: until then anyone with the secret of the former service can sign tokens that are accepted',
        )
      await tail.start()
      await redisLink?.start()
      // Before the first administrator is created: a start that fails here would never print the generated password.
      if (settings.applicationsFile) await importApplicationsFile(settings.applicationsFile, identity.applications, log)
      const wanted = {
        username: settings.adminUsername,
        password: settings.adminPassword,
        id: ports.administratorId,
      }
      const made = await ensureAdministrator({ database, userStore, users, random }, wanted)
      await housekeeping.beat()
      jobs.afterwards(hashing.prepare)
      // A database that an older program made may lack a key.
      jobs.afterwards(keyRing.rotateDueKeys)
      await noteLog()
      return made
    },

    /** Begins a graceful shutdown: `/readyz` answers 503, other requests are still served. */
    leave(): void {
      leaving = true
      feed.leave()
    },

    async close(): Promise<void> {
      feed.leave()
      tail.stop()
      await verifiers.settled()
      await enforcement.settled()
      sending.stop()
      await jobs.stop()
      // A command keeps no mark, whatever database it was run on.
      if (memory.isKept) await noteLog()
      await counters.flush().catch(() => {})
      await legacyCounts.flush().catch(() => {})
      await lastSeen.flush().catch(() => {})
      await apiKeyUses.flush().catch(() => {})
      await redisLink?.close()
      await hashingProcess.close()
      await database.close()
    },
  }
}

export type Composed = Awaited<ReturnType<typeof compose>>
export type Parts = Awaited<ReturnType<typeof composeParts>>
