// Composition of the database and all stores.
import type { Settings } from '../../config/settings.js'
import { createApiKeyListStore } from '../storage/api-key-lists.js'
import { createApiKeyStore } from '../storage/api-keys.js'
import { createApplicationListStore } from '../storage/application-lists.js'
import { createApplicationUseStore } from '../storage/application-uses.js'
import { createApplicationStore } from '../storage/applications.js'
import { createAuditStore } from '../storage/audit.js'
import { createBrowserSessionStore } from '../storage/browser-sessions.js'
import { createCodeStore } from '../storage/codes.js'
import { createConsentStore } from '../storage/consents.js'
import { openDatabase } from '../storage/database.js'
import { createDeliveryStore } from '../storage/deliveries.js'
import { createDeliveryListStore } from '../storage/delivery-lists.js'
import { createDeviceCodeStore } from '../storage/device-codes.js'
import { createDeviceListStore } from '../storage/device-lists.js'
import { createDeviceStore } from '../storage/devices.js'
import { createFigureStore } from '../storage/figures.js'
import { createHeartbeatStore } from '../storage/heartbeats.js'
import { createIncidentStore } from '../storage/incidents.js'
import { createInitialAccessTokenStore } from '../storage/initial-access-tokens.js'
import { createInstallationStore } from '../storage/installation.js'
import { createKeyStore } from '../storage/keys.js'
import { createLegacyTokenStore } from '../storage/legacy-tokens.js'
import { createLogHeadStore } from '../storage/log-heads.js'
import { createLogListStore } from '../storage/log-lists.js'
import { createOwnListStore } from '../storage/own-lists.js'
import { createPolicyVersionStore } from '../storage/policy-versions.js'
import { createPushedRequestStore } from '../storage/pushed-requests.js'
import { createRegisteredApplicationStore } from '../storage/registered-applications.js'
import { createRevocationStore } from '../storage/revocations.js'
import { createRoleStore } from '../storage/roles.js'
import { createSessionListStore } from '../storage/session-lists.js'
import { createSessionSurveyStore } from '../storage/session-surveys.js'
import { createSessionStore } from '../storage/sessions.js'
import { createSpentProofStore } from '../storage/spent-proofs.js'
import { createSweepStore } from '../storage/sweeps.js'
import { createUserListStore } from '../storage/user-lists.js'
import { createUserStandingStore } from '../storage/user-standings.js'
import { createUserStore } from '../storage/users.js'
import { createVerifierStore } from '../storage/verifiers.js'
import type { Given } from './ports.js'

/** @throws database_unavailable */
export async function composeStorage(
  settings: Pick<Settings, 'database'>,
  { log, transactionGuard }: Pick<Given, 'log' | 'transactionGuard'>,
) {
  const database = await openDatabase(settings.database, log, transactionGuard)
  const { dialect } = database
  return {
    database,
    userStore: createUserStore(dialect),
    userStandingStore: createUserStandingStore(dialect),
    sessionStore: createSessionStore(dialect),
    deviceStore: createDeviceStore(dialect),
    deviceCodeStore: createDeviceCodeStore(dialect),
    applicationStore: createApplicationStore(dialect),
    applicationListStore: createApplicationListStore(dialect),
    applicationUseStore: createApplicationUseStore(),
    apiKeyStore: createApiKeyStore(dialect),
    apiKeyListStore: createApiKeyListStore(dialect),
    codeStore: createCodeStore(dialect),
    consentStore: createConsentStore(dialect),
    deliveryStore: createDeliveryStore(dialect),
    deliveryListStore: createDeliveryListStore(dialect),
    sweepStore: createSweepStore(),
    roleStore: createRoleStore(dialect),
    auditStore: createAuditStore(dialect),
    registeredApplicationStore: createRegisteredApplicationStore(),
    revocationStore: createRevocationStore(dialect),
    heartbeatStore: createHeartbeatStore(),
    incidentStore: createIncidentStore(),
    initialAccessTokenStore: createInitialAccessTokenStore(),
    installationStore: createInstallationStore(dialect),
    keyStore: createKeyStore(),
    legacyTokenStore: createLegacyTokenStore(dialect),
    policyVersionStore: createPolicyVersionStore(),
    pushedRequestStore: createPushedRequestStore(),
    browserSessionStore: createBrowserSessionStore(),
    figureStore: createFigureStore(dialect),
    logHeadStore: createLogHeadStore(dialect),
    logListStore: createLogListStore(dialect),
    userListStore: createUserListStore(dialect),
    deviceListStore: createDeviceListStore(dialect),
    sessionListStore: createSessionListStore(dialect),
    ownListStore: createOwnListStore(dialect),
    spentProofStore: createSpentProofStore(dialect),
    sessionSurveyStore: createSessionSurveyStore(),
    verifierStore: createVerifierStore(dialect),
  }
}

export type StorageParts = Awaited<ReturnType<typeof composeStorage>>
