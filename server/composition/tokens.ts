// Composition of the modules that issue, rotate, check and revoke tokens.
import type { Settings } from '../../config/settings.js'
import { createOutgoing } from '../outgoing/outgoing.js'
import { createApiKeyLookup } from '../tokens/api-key-lookup.js'
import { createApiKeyUses } from '../tokens/api-key-uses.js'
import { createApplicationKeys } from '../tokens/application-keys.js'
import { createAssertions } from '../tokens/assertion.js'
import { createTokenChecks } from '../tokens/checks.js'
import { createClientToken } from '../tokens/client-token.js'
import { createCounters } from '../tokens/counters.js'
import { createExchange } from '../tokens/exchange.js'
import { createExplain } from '../tokens/explain.js'
import { createIdTokens } from '../tokens/id-token.js'
import { createIdTokenHints } from '../tokens/id-token-hints.js'
import { createInspect } from '../tokens/inspect.js'
import { createIntrospect } from '../tokens/introspect.js'
import { createIssue } from '../tokens/issue.js'
import { createLastSeen } from '../tokens/last-seen.js'
import { createLogoutTokens } from '../tokens/logout-token.js'
import { createProofNonces } from '../tokens/proof-nonces.js'
import { createProofs } from '../tokens/proofs.js'
import { createRefreshRights } from '../tokens/refresh-rights.js'
import { createRotate } from '../tokens/rotate.js'
import { createSealing } from '../tokens/sealing.js'
import { createSecrets } from '../tokens/secrets.js'
import { createSessionLimit } from '../tokens/session-limit.js'
import { createSessionTokens } from '../tokens/session-tokens.js'
import { createSignInTests } from '../tokens/sign-in-tests.js'
import { createSigningKeys } from '../tokens/signing-keys.js'
import { createSpentProofs } from '../tokens/spent-proofs.js'
import { createStandings } from '../tokens/standings.js'
import { createTickets } from '../tokens/ticket.js'
import type { Afterwards, Given } from './ports.js'
import type { RevocationParts } from './revocation.js'
import type { StorageParts } from './storage.js'
import { composeWriting } from './writing.js'

export function composeTokens(
  { issuer, secretKeyPrevious, outgoingAllow }: Pick<Settings, 'issuer' | 'secretKeyPrevious' | 'outgoingAllow'>,
  secretKey: Buffer,
  given: Given,
  storage: StorageParts,
  revocation: RevocationParts,
  afterwards: Afterwards,
) {
  const { log, random, uuid, pauses, firstPair, outgoing: network } = given
  const { now, projection, tail, outages, policy, applications, catchUp } = revocation
  const { latest } = revocation.clock
  const { database, userStore, deviceStore, sessionStore, apiKeyStore, consentStore } = storage
  const { keyStore, revocationStore, incidentStore, figureStore, policyVersionStore } = storage
  const sealing = createSealing([secretKey, ...(secretKeyPrevious ? [secretKeyPrevious] : [])], random)
  const signingKeys = createSigningKeys({
    database,
    keyStore,
    revocationStore,
    policyVersionStore,
    sealing,
    tail,
    policy,
    now,
    log,
    firstPair,
  })
  const secrets = createSecrets({ database, keyStore, revocationStore, sealing, tail, random, now })
  const issue = createIssue({ issuer, signingKeys, secrets, policy, applications, random })
  const idTokens = createIdTokens({ issuer, signingKeys })
  const logoutTokens = createLogoutTokens({ issuer, signingKeys, now })
  const checks = createTokenChecks({ issuer, signingKeys, secrets, policy, now, latest })
  const inspect = createInspect({ issuer, signingKeys, secrets, checks, projection, tail, catchUp })
  const counters = createCounters({ database, figureStore, now })
  const lastSeen = createLastSeen({ database, deviceStore, now })
  const refreshed = ({ deviceId }: { deviceId: string }) => {
    counters.count('refreshes')
    lastSeen.note(deviceId)
  }
  const writing = composeWriting(given, storage, revocation, { secrets, counters }, afterwards)
  const { changes } = writing
  const sessionLimit = createSessionLimit({ database, userStore, sessionStore, changes, tail, policy, now })
  const standings = createStandings({ database, sessionStore, sessionLimit, tail, policy, applications })
  const sessionTokens = createSessionTokens({ issue, idTokens, applications })
  const refreshRights = createRefreshRights({ issuer, database, sessionStore, consentStore, changes, applications })
  const rotate = createRotate({
    database,
    sessionStore,
    outages,
    incidentStore,
    inspect,
    issue,
    sessionTokens,
    changes,
    secrets,
    standings,
    sessionLimit,
    refreshRights,
    tail,
    now,
    latest,
    random,
    uuid,
    log,
    pauses,
    count: counters.count,
    refreshed,
  })
  const clientToken = createClientToken({
    issuer,
    issue,
    tail,
    projection,
    policy,
    applications,
    count: counters.count,
  })
  const exchange = createExchange({
    issuer,
    inspect,
    issue,
    standings,
    tail,
    projection,
    applications,
    count: counters.count,
    now,
    latest,
  })
  const apiKeyLookup = createApiKeyLookup({ database, apiKeyStore, tail, now, latest })
  const apiKeyUses = createApiKeyUses({ database, apiKeyStore, now })
  const introspect = createIntrospect({ issuer, inspect, rotate, apiKeyLookup, applications })
  const spentProofs = createSpentProofs({ database, spentProofStore: storage.spentProofStore, now })
  const outgoing = createOutgoing({ allow: outgoingAllow, ...network })
  const proofs = createProofs({ spentProofs, nonces: createProofNonces({ secrets, policy, now }), now, latest })
  const applicationKeys = createApplicationKeys({ outgoing, now, log })
  const assertions = createAssertions({ issuer, applicationKeys, spentProofs, now })
  const tickets = createTickets({ secrets, catchUp, random, now })
  const signInTests = createSignInTests({ secrets, random })
  const idTokenHints = createIdTokenHints({ issuer, signingKeys })
  const explain = createExplain({ inspect, checks, projection, rotate })
  return {
    ...writing,
    sealing,
    signingKeys,
    secrets,
    issue,
    idTokens,
    logoutTokens,
    inspect,
    counters,
    lastSeen,
    sessionTokens,
    rotate,
    clientToken,
    exchange,
    introspect,
    apiKeyLookup,
    apiKeyUses,
    outgoing,
    spentProofs,
    proofs,
    assertions,
    explain,
    tickets,
    signInTests,
    idTokenHints,
  }
}

export type TokenParts = ReturnType<typeof composeTokens>
