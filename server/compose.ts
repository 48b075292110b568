// The roof: names every concrete part once, in the order of the floors. Servers, the command line and tests all stand on
// what this makes; a test hands in its own clock and log.
import { randomBytes, randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type Koa from 'koa'
import { requireSecretKey } from '../config/secret-key.js'
import type { Settings } from '../config/settings.js'
import { createApp, type Log } from './app.js'
import { createAuditLog } from './identity/audit-log.js'
import { createBulkEnds } from './identity/bulk-ends.js'
import { createBulkUsers } from './identity/bulk-users.js'
import { createCloseLook } from './identity/close-look.js'
import { countSignIns } from './identity/counted-sign-ins.js'
import { createDemo } from './identity/demo/demo.js'
import { createDeviceEnds } from './identity/device-ends.js'
import { createDeviceList } from './identity/device-list.js'
import { createDeviceNames } from './identity/device-names.js'
import { createFailedSignIns } from './identity/failed-sign-ins.js'
import { createFigures } from './identity/figures.js'
import { ensureAdministrator } from './identity/first-administrator.js'
import { createGuesses } from './identity/guesses.js'
import { createHashing, type HashingWork } from './identity/hashing.js'
import { createHashingProcess } from './identity/hashing-process.js'
import { createHousekeeping } from './identity/housekeeping.js'
import { createIncidents } from './identity/incidents.js'
import { createKeyChange } from './identity/key-change.js'
import { createKeyMoves } from './identity/key-moves.js'
import { createKeyRing } from './identity/key-ring.js'
import { createKnownDevices } from './identity/known-devices.js'
import { createNames } from './identity/names.js'
import { createOwnPassword } from './identity/own-password.js'
import { createPageSessions } from './identity/page-sessions.js'
import { createPasswordCheck } from './identity/password-check.js'
import { createPolicies } from './identity/policies.js'
import { createPolicyPreview } from './identity/policy-preview.js'
import { createPolicyWriting } from './identity/policy-writing.js'
import { createRevocationLog } from './identity/revocation-log.js'
import { createRights } from './identity/rights.js'
import { createRoles } from './identity/roles.js'
import { createSealedSecrets } from './identity/sealed-secrets.js'
import { createSessionEnds } from './identity/session-ends.js'
import { createSessionList } from './identity/session-list.js'
import { createSessionStates } from './identity/session-state.js'
import { createSessions } from './identity/sessions.js'
import { createSettledPolicies } from './identity/settled-policies.js'
import type { RedisLike } from './identity/shared-guess-counts.js'
import { createSignIn } from './identity/sign-in.js'
import { createTokenInspector } from './identity/token-inspector.js'
import { createUserActs } from './identity/user-acts.js'
import { createUserList } from './identity/user-list.js'
import { createUsers } from './identity/users.js'
import { createJobs } from './jobs/jobs.js'
import { builtInRoles } from './policy/permissions.js'
import { firstPolicy } from './policy/policies.js'
import { createCatchUp } from './revocation/catch-up.js'
import { createHighWater } from './revocation/high-water.js'
import { createPolicyInForce } from './revocation/policy-in-force.js'
import { createProjection } from './revocation/projection.js'
import { createRedisLink } from './revocation/redis-link.js'
import { createRedisLog } from './revocation/redis-log.js'
import { createTail } from './revocation/tail.js'
import { createApplications } from './storage/applications.js'
import { createAudit } from './storage/audit.js'
import { createDatabaseClock } from './storage/clock.js'
import { openDatabase } from './storage/database.js'
import { createDeviceLists } from './storage/device-lists.js'
import { createDevices } from './storage/devices.js'
import { createFigures as createFigureStore } from './storage/figures.js'
import { writeFirstRows } from './storage/first-rows.js'
import { createHeartbeats } from './storage/heartbeats.js'
import { createIncidents as createIncidentStore } from './storage/incidents.js'
import { createKeys } from './storage/keys.js'
import { createLogLists } from './storage/log-lists.js'
import { migrateUp } from './storage/migrate.js'
import { createPageSessions as createPageSessionStore } from './storage/page-sessions.js'
import { createPolicyVersions } from './storage/policy-versions.js'
import { openRedis } from './storage/redis.js'
import { createRevocations } from './storage/revocations.js'
import { createRoles as createRoleStore } from './storage/roles.js'
import { createSessionLists } from './storage/session-lists.js'
import { createSessionSurveys } from './storage/session-surveys.js'
import { createSessions as createSessionStore } from './storage/sessions.js'
import { createUserLists } from './storage/user-lists.js'
import { createUsers as createUserStore } from './storage/users.js'
import { createAdvance } from './tokens/advance.js'
import { createAuditTrail } from './tokens/audit-trail.js'
import { createTokenChecks } from './tokens/checks.js'
import { createExplain } from './tokens/explain.js'
import { createInspect } from './tokens/inspect.js'
import { createIssue } from './tokens/issue.js'
import { createRevoke } from './tokens/revoke.js'
import { createRotate } from './tokens/rotate.js'
import { createSealing } from './tokens/sealing.js'
import { createSecrets } from './tokens/secrets.js'
import { createSessionLimit } from './tokens/session-limit.js'
import { createSightings } from './tokens/sightings.js'
import { createSigningKeys } from './tokens/signing-keys.js'
import { createStandings } from './tokens/standings.js'
import { createTally } from './tokens/tally.js'

export type Ports = {
  log: Log
  /** Epoch ms; without it the database's clock counts. */
  now?: () => number
  random?: (size: number) => Buffer
  /** Where servers count guesses together. */
  redis?: RedisLike
  /** Without it passwords are hashed in a process of our own, which `close` ends. */
  hashingWork?: HashingWork
  /** Tests hold a request at one of these points. */
  pauses?: { passwordChecked?: () => Promise<void>; rotationClaimed?: () => Promise<void> }
}

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
  const { issuer } = settings
  const uuid = () => randomUUID()

  // Storage
  const secretKey = requireSecretKey(settings)
  const database = await openDatabase(settings.database)
  const monotonic = () => performance.now()
  const clock = createDatabaseClock(monotonic)
  const now = ports.now ?? clock.now
  const userStore = createUserStore(database.dialect)
  const sessionStore = createSessionStore(database.dialect)
  const devices = createDevices()
  const applications = createApplications(database.dialect)
  const roleStore = createRoleStore(database.dialect)
  const audit = createAudit(database.dialect)
  const revocations = createRevocations(database.dialect)
  const heartbeats = createHeartbeats()
  const incidents = createIncidentStore()
  const keys = createKeys()
  const policyVersions = createPolicyVersions()
  const figureStore = createFigureStore(database.dialect)
  const logLists = createLogLists(database.dialect)

  // The log and what follows its head
  const projection = createProjection()
  const redis = settings.redis && (await openRedis(settings.redis))
  const redisLog = redis && createRedisLog({ redis, secretKey })
  const highWater = createHighWater({ database, revocations, log })
  const tail = createTail({
    ...{ database, revocations, heartbeats, projection, highWater, courier: redisLog, now, monotonic },
    ...{ wall: ports.now ?? Date.now, observe: clock.observe, log },
  })
  const redisLink = redis && redisLog && createRedisLink({ redis, redisLog, database, revocations, tail, now, log })
  const policy = createPolicyInForce({ database, policyVersions, tail })

  // Tokens
  const sealing = createSealing(
    [secretKey, ...(settings.secretKeyPrevious ? [settings.secretKeyPrevious] : [])],
    random,
  )
  const signingKeys = createSigningKeys({ database, keys, revocations, sealing, tail, policy, now, log })
  const secrets = createSecrets({ database, keys, revocations, sealing, tail, random, now })
  const issue = createIssue({ issuer, signingKeys, secrets, policy, random })
  const catchUp = createCatchUp({ tail, monotonic })
  const checks = createTokenChecks({ issuer, signingKeys, secrets, policy, now })
  const inspect = createInspect({ issuer, signingKeys, secrets, checks, projection, tail, catchUp })
  const tally = createTally({ database, figures: figureStore, now })
  const sightings = createSightings({ database, devices, now })
  const refreshed = ({ deviceId }: { deviceId: string }) => {
    tally.count('refreshes')
    sightings.note(deviceId)
  }
  const afterwards = (work: () => Promise<void>) => jobs.afterwards(work)
  const auditTrail = createAuditTrail({ database, audit, secrets, now })
  const revoke = createRevoke({
    ...{ database, revocations, sessions: sessionStore, users: userStore, applications, auditTrail, tail, now },
    ...{ count: tally.count, afterwards },
  })
  const advance = createAdvance({
    ...{ database, revocations, users: userStore, audit, auditTrail, revoke, tail, redisLog, now, random },
  })
  const sessionLimit = createSessionLimit({
    ...{ database, users: userStore, sessions: sessionStore, revoke, tail, policy, now },
  })
  const standings = createStandings({ database, sessions: sessionStore, sessionLimit, tail, policy })
  const rotate = createRotate({
    ...{ database, sessions: sessionStore, heartbeats, incidents, inspect, issue, revoke, secrets },
    ...{ standings, sessionLimit, tail, now, random, uuid, log, pauses, count: tally.count, refreshed },
  })
  const explain = createExplain({ inspect, checks, projection, rotate })

  // People
  const slots = Math.max(2, availableParallelism())
  const hashingProcess = createHashingProcess({ threads: slots, log })
  const work = ports.hashingWork ?? hashingProcess
  const hashing = createHashing({ work, slots, chance: Math.random, cost: () => policy().password_cost })
  const rights = createRights({ users: userStore })
  const users = createUsers({
    ...{ database, users: userStore, devices, roles: roleStore, hashing, rights, revoke, policy, now },
  })
  const roles = createRoles({ database, roles: roleStore, rights, revoke })
  const pageSessionStore = createPageSessionStore()
  const sessions = createSessions({
    ...{ database, users: userStore, sessions: sessionStore, pageSessions: pageSessionStore, devices, rights, revoke },
    ...{ policy, now },
  })
  const guesses = createGuesses({ redis: ports.redis ?? redis?.commands, secretKey, policy, now, monotonic, log })
  const ownPassword = createOwnPassword({
    ...{ database, users: userStore, sessions: sessionStore, guesses, hashing, revoke, policy, now },
  })
  const surveys = createSessionSurveys()
  const policyPreview = createPolicyPreview({ database, surveys, users: userStore, devices, now })
  const policyWriting = createPolicyWriting({ policyVersions, audit, revocations, rights, revoke, now })
  const policies = createPolicies({ database, policyVersions, policyPreview, policyWriting, rights })
  const settledPolicies = createSettledPolicies({
    ...{ database, policyVersions, surveys, revocations, now },
  })
  const revocationLog = createRevocationLog({
    ...{ database, revocations, logLists, users: userStore, roles: roleStore, applications, rights, revoke },
  })
  const auditLog = createAuditLog({ database, audit, logLists, auditTrail })
  const tokenInspector = createTokenInspector({
    ...{ database, explain, revocations, sessions: sessionStore, auditLog },
  })
  const knownDevices = createKnownDevices({ devices, inspect, now, uuid })
  const failedSignIns = createFailedSignIns({ revoke })
  const passwordCheck = createPasswordCheck({
    ...{ database, users: userStore, knownDevices, hashing, failedSignIns, now },
  })
  const signIn = countSignIns(
    createSignIn({
      ...{ users: userStore, sessions: sessionStore, knownDevices, applications, passwordCheck, guesses },
      ...{ inspect, issue, revoke, secrets, tail, policy, now, uuid, pauses },
    }),
    tally.count,
  )
  const pageSessions = createPageSessions({
    ...{ database, pageSessions: pageSessionStore, sessions: sessionStore, signIn, guesses, hashing },
    ...{ policy, ownApplication: ownApplication.id, random, now, seen: sightings.note },
  })
  const deviceNames = createDeviceNames({ users: userStore, devices, revoke })
  const names = createNames({ database, users: userStore })
  const states = createSessionStates({ policy, now })
  const userLists = createUserLists(database.dialect)
  const deviceLists = createDeviceLists(database.dialect)
  const userList = createUserList({ database, users: userStore, userLists, states })
  const deviceList = createDeviceList({ database, devices, deviceLists, states, names })
  const sessionLists = createSessionLists(database.dialect)
  const sessionList = createSessionList({
    ...{ database, sessions: sessionStore, sessionLists, devices, states, names },
  })
  const sessionEnds = createSessionEnds({
    ...{ database, users: userStore, sessions: sessionStore, sessionLists, states, rights, revoke, now },
  })
  const deviceEnds = createDeviceEnds({
    ...{ database, users: userStore, devices, deviceLists, sessionLists, sessions, states, rights, now },
  })
  const userActs = createUserActs({
    ...{ database, store: userStore, roles: roleStore, userLists, users, sessions, states, rights, now },
  })
  const figures = createFigures({ database, figures: figureStore, sessionLists, states, now })
  const incidentLog = createIncidents({ database, logLists, sessions: sessionStore, devices, names })
  const closeLook = createCloseLook({
    ...{ database, devices, sessions, sessionList, auditLog, incidents: incidentLog, names },
  })
  const bulkEnds = createBulkEnds({
    ...{ database, users: userStore, sessions: sessionStore, devices, ends: sessions, states, rights, revoke },
  })
  const bulkUsers = createBulkUsers({ database, userStore, roles: roleStore, users, sessions, rights })
  const demo = createDemo({
    ...{ database, users: userStore, roles: roleStore, applications, policyVersions, revocations, audit, auditTrail },
    ...{ figures: figureStore, secrets, hashing, tail, policy, now, random },
  })
  const housekeeping = createHousekeeping({
    ...{ database, heartbeats, revocations, sessions: sessionStore, auditTrail, projection, policy, highWater, now },
  })

  // Keys
  const change = createKeyChange({ audit, revocations, rights, revoke, tail })
  const moves = createKeyMoves({ keys, policyVersions, revocations, now })
  const keyRing = createKeyRing({ database, keys, moves, change, sealing, now })
  const sealedSecrets = createSealedSecrets({ keys, change, sealing, random, now })

  // HTTP and jobs
  const app: Koa = createApp({
    ...{ settings, issuer, ownApplication: ownApplication.id, root: fileURLToPath(root), log, uuid },
    ...{ signIn, rotate, inspect, sessions, users, roles, policies, ownPassword, signingKeys, tail, now },
    ...{ keyRing, sealedSecrets, redisLink, pageSessions, deviceNames, policy, random },
    ...{ userList, deviceList, sessionList, revocationLog, auditLog, tokenInspector, names },
    ...{ incidents: incidentLog, figures, sessionEnds, deviceEnds, userActs, closeLook, bulkEnds, bulkUsers },
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
    parts: {
      database,
      hashing,
      users,
      roles,
      sessions,
      policies,
      revocationLog,
      auditLog,
      auditTrail,
      revocations,
      keys,
      signingKeys,
      inspect,
      rotate,
      tokenInspector,
      keyRing,
      sealedSecrets,
      secrets,
      tail,
      /** null without Redis; others share its connection for commands. */
      redis,
      redisLink,
      advance,
      userStore,
      incidents,
      hashingProcess,
      demo,
      userList,
      deviceList,
      sessionList,
      incidentLog,
      figures,
      tally,
      sightings,
      sessionEnds,
      deviceEnds,
      userActs,
      now,
    },

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
      await tail.start()
      await redisLink?.start()
      const wanted = { username: settings.adminUsername, password: settings.adminPassword }
      const made = await ensureAdministrator({ database, store: userStore, users, random }, wanted)
      await housekeeping.beat()
      return made
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
