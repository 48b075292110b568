// Composition of the audit log, the revocation log and the figures.
import { createSessionStates } from '../identity/devices/session-state.js'
import type { Identity } from '../identity/identity.js'
import { createAuditLog } from '../identity/logs/audit-log.js'
import { createFigures } from '../identity/logs/figures.js'
import { createIncidents } from '../identity/logs/incidents.js'
import { createReceipts } from '../identity/logs/receipts.js'
import { createRevocationLog } from '../identity/logs/revocation-log.js'
import { createTokenInspector } from '../identity/logs/token-inspector.js'
import { createVerifierList } from '../identity/logs/verifier-list.js'
import type { Names } from '../identity/people/names.js'
import type { ActorRights } from '../identity/rights.js'
import type { Infrastructure } from './infrastructure.js'

export function composeLogs(
  { storage, revocation: { policy, now, tail, enforcement }, tokens: { changes, auditTrail, explain } }: Infrastructure,
  rights: ActorRights,
  names: Names,
): Identity['logs'] {
  const { database, userStore, roleStore, deviceStore, sessionStore, applicationStore } = storage
  const { revocationStore, auditStore, logListStore, figureStore, sessionListStore, verifierStore } = storage
  const states = createSessionStates({ policy, now })
  const revocationLog = createRevocationLog({
    database,
    revocationStore,
    logListStore,
    userStore,
    roleStore,
    applicationStore,
    rights,
    changes,
  })
  const auditLog = createAuditLog({ database, auditStore, logListStore, auditTrail })
  const incidents = createIncidents({ database, logListStore, sessionStore, deviceStore, names })
  const tokenInspector = createTokenInspector({ database, explain, revocationStore, sessionStore, auditLog })
  const figures = createFigures({ database, figureStore, sessionListStore, states, now })
  const verifierList = createVerifierList({ database, verifierStore, tail, now })
  const receipts = createReceipts({ database, revocationStore, enforcement })
  return { auditLog, revocationLog, receipts, incidents, tokenInspector, figures, verifierList }
}
