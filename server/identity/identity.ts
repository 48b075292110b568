// The rooms of identity/, and which modules each offers to HTTP handlers and commands. composition/ creates them.
import type { ApiKeyAuthentication } from './api-keys/api-key-authentication.js'
import type { ApiKeyInspection } from './api-keys/api-key-inspection.js'
import type { ApiKeys } from './api-keys/api-keys.js'
import type { ApplicationAuthentication } from './applications/application-authentication.js'
import type { ApplicationImport } from './applications/application-import.js'
import type { ApplicationSecretChanges } from './applications/application-secret-changes.js'
import type { ApplicationSecrets } from './applications/application-secrets.js'
import type { ApplicationUses } from './applications/application-uses.js'
import type { ApplicationWriting } from './applications/application-writing.js'
import type { Applications } from './applications/applications.js'
import type { TokenRevocation } from './applications/token-revocation.js'
import type { AuthorizationRequests } from './authorizations/authorization-requests.js'
import type { Codes } from './authorizations/codes.js'
import type { Consents } from './authorizations/consents.js'
import type { Decisions } from './authorizations/decisions.js'
import type { DeviceCodes } from './authorizations/device-codes.js'
import type { DeviceDecisions } from './authorizations/device-decisions.js'
import type { DeviceRequests } from './authorizations/device-requests.js'
import type { LogoutRequests } from './authorizations/logout-requests.js'
import type { NetworkThrottle } from './authorizations/network-throttle.js'
import type { PushedRequests } from './authorizations/pushed-requests.js'
import type { ConfigurationFiles } from './configuration/configuration.js'
import type { Deliveries } from './deliveries/deliveries.js'
import type { Sending } from './deliveries/sending.js'
import type { Details } from './devices/details.js'
import type { DeviceEnds } from './devices/device-ends.js'
import type { DeviceList } from './devices/device-list.js'
import type { DeviceNames } from './devices/device-names.js'
import type { SessionEnds } from './devices/session-ends.js'
import type { SessionList } from './devices/session-list.js'
import type { Sessions } from './devices/sessions.js'
import type { WhereSignedIn } from './devices/where-signed-in.js'
import type { Housekeeping } from './housekeeping.js'
import type { IssuerClaim } from './issuer-claim.js'
import type { KeyRing } from './keys/key-ring.js'
import type { SealedSecrets } from './keys/sealed-secrets.js'
import type { LegacyCounts } from './legacy/legacy-counts.js'
import type { LegacyImport } from './legacy/legacy-import.js'
import type { LegacyStatusReader } from './legacy/legacy-status.js'
import type { LegacyTokens } from './legacy/legacy-tokens.js'
import type { AuditLog } from './logs/audit-log.js'
import type { Figures } from './logs/figures.js'
import type { Incidents } from './logs/incidents.js'
import type { Receipts } from './logs/receipts.js'
import type { RevocationLog } from './logs/revocation-log.js'
import type { TokenInspector } from './logs/token-inspector.js'
import type { VerifierList } from './logs/verifier-list.js'
import type { Names } from './people/names.js'
import type { OwnPassword } from './people/own-password.js'
import type { Roles } from './people/roles.js'
import type { UserActs } from './people/user-acts.js'
import type { UserImport } from './people/user-import.js'
import type { UserList } from './people/user-list.js'
import type { Userinfo } from './people/userinfo.js'
import type { Users } from './people/users.js'
import type { Policies } from './policies/policies.js'
import type { SettledPolicies } from './policies/settled-policies.js'
import type { InitialAccessTokens } from './registrations/initial-access-tokens.js'
import type { Registrations } from './registrations/registrations.js'
import type { UnusedRegistrations } from './registrations/unused-registrations.js'

export type Identity = {
  people: {
    users: Users
    roles: Roles
    ownPassword: OwnPassword
    userList: UserList
    userImport: UserImport
    userActs: UserActs
    names: Names
    userinfo: Userinfo
  }
  devices: {
    sessions: Sessions
    sessionList: SessionList
    sessionEnds: SessionEnds
    deviceList: DeviceList
    deviceEnds: DeviceEnds
    deviceNames: DeviceNames
    whereSignedIn: WhereSignedIn
    details: Details
  }
  apiKeys: { apiKeys: ApiKeys; apiKeyAuthentication: ApiKeyAuthentication; apiKeyInspection: ApiKeyInspection }
  applications: {
    applications: Applications
    applicationUses: ApplicationUses
    secretChanges: ApplicationSecretChanges
    applicationImport: ApplicationImport
    applicationWriting: ApplicationWriting
    applicationSecrets: ApplicationSecrets
    applicationAuthentication: ApplicationAuthentication
    tokenRevocation: TokenRevocation
  }
  authorizations: {
    authorizationRequests: AuthorizationRequests
    codes: Codes
    consents: Consents
    decisions: Decisions
    deviceRequests: DeviceRequests
    deviceCodes: DeviceCodes
    deviceDecisions: DeviceDecisions
    logoutRequests: LogoutRequests
    networkThrottle: NetworkThrottle
    pushedRequests: PushedRequests
  }
  /** Applications that register themselves. */
  registrations: {
    registrations: Registrations
    initialAccessTokens: InitialAccessTokens
    unusedRegistrations: UnusedRegistrations
  }
  /** Back-channel logout: logout tokens for applications. */
  deliveries: { sending: Sending; deliveries: Deliveries }
  policies: { policies: Policies; settledPolicies: SettledPolicies }
  configuration: { configuration: ConfigurationFiles }
  keys: { keyRing: KeyRing; sealedSecrets: SealedSecrets }
  logs: {
    auditLog: AuditLog
    revocationLog: RevocationLog
    receipts: Receipts
    incidents: Incidents
    tokenInspector: TokenInspector
    figures: Figures
    verifierList: VerifierList
  }
  /** Tokens of the former service; `legacyTokens` is null where none are accepted. */
  legacy: {
    legacyTokens: LegacyTokens | null
    legacyCounts: LegacyCounts
    legacyImport: LegacyImport
    legacyStatus: LegacyStatusReader
  }
  maintenance: { issuerClaim: IssuerClaim; housekeeping: Housekeeping }
}
