// Composition of the modules that write changes: transactions, the audit log, the revocation log, and the deliveries and
// sweeps that follow from them.
import { createAuditLines } from '../tokens/audit-lines.js'
import { createAuditTrail } from '../tokens/audit-trail.js'
import { createChanges } from '../tokens/changes.js'
import type { Counters } from '../tokens/counters.js'
import { createCredentials } from '../tokens/credential.js'
import { createDeliveryWriting } from '../tokens/delivery-writing.js'
import { createJudgedTransactions } from '../tokens/judged-transactions.js'
import { createLogAdvance } from '../tokens/log-advance.js'
import { createRevocationWriting } from '../tokens/revocation-writing.js'
import type { Secrets } from '../tokens/secrets.js'
import { createSweeping } from '../tokens/sweeping.js'
import type { Afterwards, Given } from './ports.js'
import type { RevocationParts } from './revocation.js'
import type { StorageParts } from './storage.js'

export function composeWriting(
  { log, random, uuid }: Given,
  storage: StorageParts,
  { clock: { latest }, now, redisLog, tail, policy, applications }: RevocationParts,
  { secrets, counters }: { secrets: Secrets; counters: Counters },
  afterwards: Afterwards,
) {
  const { database, userStore, roleStore, sessionStore, apiKeyStore, applicationStore } = storage
  const { revocationStore, auditStore, logHeadStore } = storage
  const auditTrail = createAuditTrail({ database, auditStore, secrets, now })
  const audited = createAuditLines({ log })
  const credentials = createCredentials({
    userStore,
    roleStore,
    sessionStore,
    apiKeyStore,
    applicationStore,
    policy,
    applications,
    now,
    latest,
  })
  const judgedTransactions = createJudgedTransactions({ database, credentials, tail, applications })
  const deliveryWriting = createDeliveryWriting({ deliveryStore: storage.deliveryStore, applications, uuid, now })
  const sweeping = createSweeping({
    ...{ database, sweepStore: storage.sweepStore, sessionStore, deliveryWriting, now, afterwards },
  })
  const revocationWriting = createRevocationWriting({
    revocationStore,
    sessionStore,
    userStore,
    apiKeyStore,
    applicationStore,
    deliveryWriting,
    sweeping,
    tail,
    now,
  })
  const changes = createChanges({
    judgedTransactions,
    logHeadStore,
    auditStore,
    auditTrail,
    revocationWriting,
    count: counters.count,
    audited,
  })
  const logAdvance = createLogAdvance({
    database,
    revocationStore,
    userStore,
    logHeadStore,
    auditTrail,
    audited,
    revocationWriting,
    sweeping,
    tail,
    redisLog,
    now,
    random,
  })
  return { auditTrail, judgedTransactions, deliveryWriting, sweeping, changes, logAdvance }
}
