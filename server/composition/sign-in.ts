// Composition of sign-in: passwords, guesses, known devices, browser sessions.
import { availableParallelism } from 'node:os'
import { createBrowserSessions } from '../identity/sign-in/browser-sessions.js'
import { countSignIns } from '../identity/sign-in/counted-sign-ins.js'
import { createFailedSignIns } from '../identity/sign-in/failed-sign-ins.js'
import { createGuesses } from '../identity/sign-in/guesses.js'
import { createHashing, hashingSlots } from '../identity/sign-in/hashing.js'
import { createHashingProcess } from '../identity/sign-in/hashing-process.js'
import { createKnownDevices } from '../identity/sign-in/known-devices.js'
import { createLimitEnforcement } from '../identity/sign-in/limit-enforcement.js'
import { createOpenSession } from '../identity/sign-in/open-session.js'
import { createPasswordCheck } from '../identity/sign-in/password-check.js'
import { createPasswordEvidence } from '../identity/sign-in/password-evidence.js'
import { logRefusedSignIns } from '../identity/sign-in/refused-sign-in-log.js'
import { createRenewal } from '../identity/sign-in/renewal.js'
import { createSessionReuse } from '../identity/sign-in/session-reuse.js'
import { createSignIn } from '../identity/sign-in/sign-in.js'
import { createStoredKinds } from '../identity/sign-in/stored-kinds.js'
import type { Given } from './ports.js'
import type { RevocationParts } from './revocation.js'
import type { StorageParts } from './storage.js'
import type { TokenParts } from './tokens.js'

/** @param ownApplication id of the application that owns password sign-ins */
export function composeSignIn(
  secretKey: Buffer,
  ownApplication: string,
  { log, random, uuid, pauses, ...ports }: Given,
  { database, userStore, userStandingStore, sessionStore, deviceStore, browserSessionStore }: StorageParts,
  { clock: { latest }, now, monotonic, redis, redisLink, tail, policy, applications }: RevocationParts,
  { inspect, issue, judgedTransactions, changes, secrets, counters, lastSeen }: TokenParts,
) {
  const slots = hashingSlots(availableParallelism())
  const hashingProcess = createHashingProcess({ threads: slots.strangers + slots.deviceProofs, log })
  const work = ports.hashingWork ?? hashingProcess
  const storedKinds = createStoredKinds({ database, userStore })
  const cost = () => policy().password_cost
  const hashing = createHashing({ work, slots, chance: Math.random, cost, storedKinds, monotonic })
  const guesses = createGuesses({ redis: ports.redis ?? redis?.commands, secretKey, policy, now, monotonic, log })
  if (redisLink && guesses.shared) redisLink.require(guesses.shared)
  const knownDevices = createKnownDevices({ deviceStore, inspect, now, uuid })
  const failedSignIns = createFailedSignIns({ changes })
  const passwordCheck = createPasswordCheck({ database, userStore, knownDevices, hashing, failedSignIns, now })
  const limitEnforcement = createLimitEnforcement({ sessionStore, deviceStore, now })
  const renewal = createRenewal({ sessionStore, knownDevices, now })
  const openSession = createOpenSession({
    userStandingStore,
    sessionStore,
    knownDevices,
    limitEnforcement,
    reuseSession: createSessionReuse({ sessionStore, now }),
    renewal,
    issue,
    changes,
    secrets,
    tail,
    policy,
    applications,
    now,
    uuid,
  })
  const passwordEvidence = createPasswordEvidence({ userStore, policy, now })
  const plain = createSignIn({
    knownDevices,
    passwordCheck,
    passwordEvidence,
    openSession,
    guesses,
    inspect,
    issue,
    tail,
    pauses,
  })
  const signIn = logRefusedSignIns(countSignIns(plain, counters.count), log)
  const browserSessions = createBrowserSessions({
    database,
    userStore,
    browserSessionStore,
    sessionStore,
    signIn,
    judgedTransactions,
    guesses,
    hashing,
    policy,
    tail,
    ownApplication,
    random,
    now,
    latest,
    seen: lastSeen.note,
  })
  return { hashingProcess, hashing, guesses, failedSignIns, openSession, signIn, browserSessions }
}

export type SignInParts = ReturnType<typeof composeSignIn>
