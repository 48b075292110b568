// People: who they are, how they prove it, and where they are signed in.
import { availableParallelism } from 'node:os'
import { countSignIns } from '../identity/counted-sign-ins.js'
import { createDeviceNames } from '../identity/device-names.js'
import { createFailedSignIns } from '../identity/failed-sign-ins.js'
import { createGuesses } from '../identity/guesses.js'
import { createHashing } from '../identity/hashing.js'
import { createHashingProcess } from '../identity/hashing-process.js'
import { createKnownDevices } from '../identity/known-devices.js'
import { createOwnPassword } from '../identity/own-password.js'
import { createPageSessions } from '../identity/page-sessions.js'
import { createPasswordCheck } from '../identity/password-check.js'
import { createRights } from '../identity/rights.js'
import { createRoles } from '../identity/roles.js'
import { createRoom } from '../identity/room.js'
import { createSessions } from '../identity/sessions.js'
import { createSignIn } from '../identity/sign-in.js'
import { logRefusedSignIns } from '../identity/sign-in-lines.js'
import { createStoredKinds } from '../identity/stored-kinds.js'
import { createUsers } from '../identity/users.js'
import type { Given } from './ports.js'
import type { RevocationParts } from './revocation.js'
import type { StorageParts } from './storage.js'
import type { TokenParts } from './tokens.js'

/** @param ownApplication the id of the one that owns password sign-ins */
export function composePeople(
  secretKey: Buffer,
  ownApplication: string,
  { log, random, uuid, pauses, ...ports }: Given,
  storage: StorageParts,
  { clock: { latest }, now, monotonic, redis, redisLink, tail, policy }: RevocationParts,
  { inspect, issue, revoke, secrets, tally, sightings }: TokenParts,
) {
  const { database, userStore, sessionStore, roleStore, devices, applications, pageSessionStore } = storage
  const slots = Math.max(2, availableParallelism())
  const hashingProcess = createHashingProcess({ threads: slots, log })
  const work = ports.hashingWork ?? hashingProcess
  const hashing = createHashing({
    ...{ work, slots, chance: Math.random, cost: () => policy().password_cost },
    ...{ storedKinds: createStoredKinds({ database, users: userStore }), monotonic },
  })
  const rights = createRights({ users: userStore })
  const users = createUsers({
    ...{ database, users: userStore, devices, roles: roleStore, hashing, rights, revoke, policy, now },
  })
  const roles = createRoles({ database, roles: roleStore, rights, revoke })
  const sessions = createSessions({
    ...{ database, users: userStore, sessions: sessionStore, devices, rights, revoke, policy, now },
  })
  const guesses = createGuesses({ redis: ports.redis ?? redis?.commands, secretKey, policy, now, monotonic, log })
  if (redisLink && guesses.shared) redisLink.require(guesses.shared)
  const ownPassword = createOwnPassword({
    ...{ database, users: userStore, sessions: sessionStore, guesses, hashing, revoke, policy, now },
  })
  const knownDevices = createKnownDevices({ devices, inspect, now, uuid })
  const failedSignIns = createFailedSignIns({ revoke })
  const passwordCheck = createPasswordCheck({
    ...{ database, users: userStore, knownDevices, hashing, failedSignIns, now },
  })
  const signIn = logRefusedSignIns(
    countSignIns(
      createSignIn({
        ...{ users: userStore, sessions: sessionStore, knownDevices, applications, passwordCheck, guesses },
        room: createRoom({ sessions: sessionStore, devices, now }),
        ...{ inspect, issue, revoke, secrets, tail, policy, now, uuid, pauses },
      }),
      tally.count,
    ),
    log,
  )
  const pageSessions = createPageSessions({
    ...{ database, users: userStore, pageSessions: pageSessionStore, sessions: sessionStore, signIn, revoke, guesses },
    ...{ hashing, policy, ownApplication, random, now, latest, seen: sightings.note },
  })
  const deviceNames = createDeviceNames({ users: userStore, devices, revoke })
  return {
    ...{ hashingProcess, hashing, rights, users, roles, sessions, ownPassword, failedSignIns, signIn, pageSessions },
    deviceNames,
  }
}

export type PeopleParts = ReturnType<typeof composePeople>
