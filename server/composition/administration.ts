// What administrators look at and act on: lists, policies, keys, logs, many at once; and what keeps the house.
import { createAuditLog } from '../identity/audit-log.js'
import { createCloseLook } from '../identity/close-look.js'
import { createDemo } from '../identity/demo/demo.js'
import { createDeviceEnds } from '../identity/device-ends.js'
import { createDeviceList } from '../identity/device-list.js'
import { createFigures } from '../identity/figures.js'
import { createHousekeeping } from '../identity/housekeeping.js'
import { createIncidents } from '../identity/incidents.js'
import { createIssuerClaim } from '../identity/issuer-claim.js'
import { createKeyChange } from '../identity/key-change.js'
import { createKeyMoves } from '../identity/key-moves.js'
import { createKeyRing } from '../identity/key-ring.js'
import { createNames } from '../identity/names.js'
import { createPolicies } from '../identity/policies.js'
import { createPolicyPreview } from '../identity/policy-preview.js'
import { createPolicyWriting } from '../identity/policy-writing.js'
import { createRevocationLog } from '../identity/revocation-log.js'
import { createSealedSecrets } from '../identity/sealed-secrets.js'
import { createSessionEnds } from '../identity/session-ends.js'
import { createSessionList } from '../identity/session-list.js'
import { createSessionStates } from '../identity/session-state.js'
import { createSettledPolicies } from '../identity/settled-policies.js'
import { createTokenInspector } from '../identity/token-inspector.js'
import { createUserActs } from '../identity/user-acts.js'
import { createUserList } from '../identity/user-list.js'
import { createWhereSignedIn } from '../identity/where-signed-in.js'
import type { PeopleParts } from './people.js'
import type { Given } from './ports.js'
import type { RevocationParts } from './revocation.js'
import type { StorageParts } from './storage.js'
import type { TokenParts } from './tokens.js'

export function composeAdministration(
  { random }: Given,
  storage: StorageParts,
  { now, projection, highWater, tail, policy }: RevocationParts,
  { explain, auditTrail, revoke, secrets, sealing }: TokenParts,
  { hashing, rights, users, sessions }: PeopleParts,
) {
  const { database, userStore, sessionStore, roleStore, devices, applications, audit, revocations } = storage
  const { policyVersions, figureStore, logLists, userLists, deviceLists, sessionLists, listsOfOne } = storage
  const { surveys, keys } = storage

  // Policies
  const policyPreview = createPolicyPreview({ database, surveys, users: userStore, devices, now })
  const policyWriting = createPolicyWriting({ policyVersions, audit, revocations, rights, revoke, now })
  const policies = createPolicies({ database, policyVersions, policyPreview, policyWriting, rights })
  const settledPolicies = createSettledPolicies({ database, policyVersions, surveys, revocations, now })

  // Logs
  const revocationLog = createRevocationLog({
    ...{ database, revocations, logLists, users: userStore, roles: roleStore, applications, rights, revoke },
  })
  const auditLog = createAuditLog({ database, audit, logLists, auditTrail })
  const tokenInspector = createTokenInspector({
    ...{ database, explain, revocations, sessions: sessionStore, auditLog },
  })

  // Lists, and acts on what they show
  const names = createNames({ database, users: userStore, sessions: sessionStore, devices })
  const states = createSessionStates({ policy, now })
  const whereSignedIn = createWhereSignedIn({
    ...{ database, sessions: sessionStore, devices, listsOfOne, deviceLists, states, policy },
  })
  const userList = createUserList({ database, users: userStore, userLists, states })
  const deviceList = createDeviceList({ database, devices, deviceLists, states, names })
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
    ...{ database, store: userStore, roles: roleStore, userLists, users, sessions, whereSignedIn, states },
    ...{ rights, now },
  })
  const figures = createFigures({ database, figures: figureStore, sessionLists, states, now })
  const incidentLog = createIncidents({ database, logLists, sessions: sessionStore, devices, names })
  const closeLook = createCloseLook({
    ...{ database, devices, sessions, sessionList, auditLog, incidents: incidentLog, names },
  })

  // Keys
  const change = createKeyChange({ audit, revocations, rights, revoke, tail })
  const moves = createKeyMoves({ keys, policyVersions, revocations, now })
  const keyRing = createKeyRing({ database, keys, moves, change, sealing, now })
  const sealedSecrets = createSealedSecrets({ keys, change, sealing, random, now })

  // The house
  const issuerClaim = createIssuerClaim({
    ...{ database, installation: storage.installation, heartbeats: storage.heartbeats, revoke, now },
  })
  const demo = createDemo({
    ...{ database, users: userStore, roles: roleStore, applications, policyVersions, revocations, audit, auditTrail },
    ...{ figures: figureStore, secrets, hashing, tail, policy, now, random },
  })
  const housekeeping = createHousekeeping({
    ...{ database, heartbeats: storage.heartbeats, revocations, sessions: sessionStore, devices },
    ...{ auditTrail, projection, policy, highWater, now },
  })
  return {
    ...{ policies, settledPolicies, revocationLog, auditLog, tokenInspector, names, userList, deviceList, sessionList },
    whereSignedIn,
    ...{ sessionEnds, deviceEnds, userActs, figures, incidentLog, closeLook, keyRing },
    ...{ sealedSecrets, issuerClaim, demo, housekeeping },
  }
}
