// Puts the pages together: what they share, and the handler of each row of the table (routes.ts). A new page adds its
// handlers below, and the functions that they call to the deps.
import { join } from 'node:path'
import type { Identity } from '../../identity/identity.js'
import type { BrowserSessions } from '../../identity/sign-in/browser-sessions.js'
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import type { RedisLink } from '../../revocation/redis-link.js'
import type { Tail } from '../../revocation/tail.js'
import type { Introspect } from '../../tokens/introspect.js'
import type { SignInTests } from '../../tokens/sign-in-tests.js'
import type { Tickets } from '../../tokens/ticket.js'
import type { Context, Handler } from '../handler.js'
import { createBrowser } from '../kinds/browser.js'
import { createAuthorizationAnswer } from '../oauth/authorization-answer.js'
import { createAuthorizationFlow } from '../oauth/authorization-flow.js'
import { createAuthorizeHandlers } from '../oauth/authorize.js'
import { createEndSessionHandlers } from '../oauth/end-session.js'
import { createOwnApiKeyPages } from './account/api-keys.js'
import { createOwnApplicationPages } from './account/applications.js'
import { createOwnDevicePages } from './account/devices.js'
import { createEventPages } from './account/events.js'
import { createPasswordPages } from './account/password.js'
import { createProfilePages } from './account/profile.js'
import { createApiKeyPages } from './admin/api-keys.js'
import { createOneApplicationPages } from './admin/application.js'
import { createApplicationLifetimePages } from './admin/application-lifetimes.js'
import { createApplicationTestPages } from './admin/application-test.js'
import { createApplicationTestRun } from './admin/application-test-run.js'
import { createApplicationPages } from './admin/applications.js'
import { createAuditPages } from './admin/audit.js'
import { createDeliveryPages } from './admin/deliveries.js'
import { createDevicePages } from './admin/devices.js'
import { createFormerServicePages } from './admin/former-service.js'
import { createHomePages } from './admin/home.js'
import { createIncidentPages } from './admin/incidents.js'
import { createInspectorPages } from './admin/inspector.js'
import { createKeyPages } from './admin/keys.js'
import { createManualRevocationPages } from './admin/manual-revocations.js'
import { createManyEndsPages } from './admin/many-ends.js'
import { createManyUsersPages } from './admin/many-users.js'
import { createNewApplicationPages } from './admin/new-application.js'
import { createNewUserPages } from './admin/new-user.js'
import { createPolicyPages } from './admin/policies.js'
import { createPolicyVersionPages } from './admin/policy-versions.js'
import { createRegistrationPages } from './admin/registrations.js'
import { createRevocationPages } from './admin/revocations.js'
import { createRolePages } from './admin/roles.js'
import { createSessionPages } from './admin/sessions.js'
import { createSnippets } from './admin/snippets.js'
import { createOneUserPages } from './admin/user.js'
import { createUserPasswordPages } from './admin/user-password.js'
import { createUserPages } from './admin/users.js'
import { createApiDocumentPages } from './api-documents.js'
import { createApiKeyForms } from './api-key-form.js'
import { createApplicationSignIn } from './application-sign-in.js'
import { createAssets } from './assets.js'
import { createConnectPages } from './connect.js'
import { createConsentPages } from './consent.js'
import { createCookies } from './cookies.js'
import { createErrorPages } from './error-codes.js'
import { createFileChoice } from './files.js'
import { createFormTokens } from './form-tokens.js'
import { createFrames } from './frame.js'
import { createPages } from './page.js'
import { createPasswordProof } from './password-proof.js'
import { createPagePresenter } from './present-error.js'
import { createReaders } from './reader.js'
import type { PageRouteName } from './routes.js'
import { createSignInPages } from './sign-in.js'
import { createSignOut } from './sign-out.js'
import { createStartPages } from './start.js'
import { createTexts } from './texts.js'
import { createViews } from './views.js'

export type PagePartsDeps = {
  issuer: string
  /** The folder with `views/` and `public/`. */
  root: string
  version: string
  random: (size: number) => Buffer
  now: () => number
  tail: Tail
  redisLink: RedisLink | null
  policy: PolicyInForce
  browserSessions: BrowserSessions
  tickets: Tickets
  signInTests: SignInTests
  introspect: Introspect
  identity: Identity
}

export function createPageParts(deps: PagePartsDeps) {
  const { issuer, root, version, random, now, tail, redisLink, policy, browserSessions, tickets } = deps
  const { signInTests, introspect } = deps
  const { people, devices, keys, logs } = deps.identity
  const { users, roles, ownPassword, userList, userActs, names } = people
  const { sessions, sessionList, sessionEnds, deviceList, deviceEnds, deviceNames, whereSignedIn, details } = devices
  const { applications, secretChanges, applicationUses } = deps.identity.applications
  const { authorizationRequests, pushedRequests, decisions, deviceDecisions, consents, codes, logoutRequests } =
    deps.identity.authorizations
  const { policies } = deps.identity.policies
  const { apiKeys, apiKeyInspection } = deps.identity.apiKeys
  const { keyRing, sealedSecrets } = keys
  const { receipts, auditLog, revocationLog, verifierList, incidents, tokenInspector, figures } = logs
  const views = createViews(join(root, 'views'))
  const texts = createTexts(join(root, 'views', 'locales'))
  const assets = createAssets({ folder: join(root, 'public') })
  const cookies = createCookies(issuer)
  const formTokens = createFormTokens({ cookies, browserSessions, issuer, random })
  const frameOf = createFrames({
    views,
    texts,
    readerOf: createReaders(cookies),
    issuer,
    assetPath: assets.path,
    formToken: formTokens.make,
    now,
  })
  const snippets = createSnippets(root, issuer)
  const files = createFileChoice({ cookies })
  const { legacyStatus } = deps.identity.legacy
  const { deliveries } = deps.identity.deliveries
  const setUp = {
    formerService: legacyStatus.isConfigured,
    get deliveries() {
      return deliveries.isUsed()
    },
  }
  const pages = createPages({ views, frameOf, browserSessions, setUp })
  const passwordProof = createPasswordProof({ browserSessions, pages, now })
  const browser = createBrowser({ cookies, formTokens, browserSessions, passwordProof, pages, issuer })

  const answer = createAuthorizationAnswer({ pages, pushedRequests, issuer })
  const flow = createAuthorizationFlow({ tickets, authorizationRequests, answer, cookies, issuer, random })
  const signOut = createSignOut({ sessions, browserSessions, cookies })
  const applicationSignIn = createApplicationSignIn({ pages, authorizationRequests, flow, answer })

  const apiKeyForms = createApiKeyForms({ pages, issuer, apiKeys, applications, now })
  const runApplicationTest = createApplicationTestRun({
    ...{ issuer, codes, sessions, tokenInspector, userinfo: people.userinfo, introspect, now },
  })
  const ofApplications = {
    ...{ pages, issuer, applications, secretChanges, applicationUses, roles, policy, snippets },
  }
  const handlers: Record<
    PageRouteName | 'asset' | 'authorize' | 'postAuthorize' | 'endSignIn' | 'postEndSignIn',
    Handler
  > = {
    asset: (ctx: Context) => assets.asset(ctx),
    ...createStartPages({ pages, cookies, issuer, version }),
    ...createErrorPages({ pages }),
    ...createApiDocumentPages({ pages }),
    ...createAuthorizeHandlers({ authorizationRequests, decisions, browserSessions, flow, answer, pages }),
    ...createConsentPages({ pages, authorizationRequests, decisions, consents, browserSessions, flow, answer }),
    ...createConnectPages({ pages, issuer, deviceDecisions, consents, browserSessions }),
    ...createSignInPages({ pages, passwordProof, cookies, browserSessions, signOut, applicationSignIn }),
    ...createEndSessionHandlers({ pages, logoutRequests, signOut }),
    ...createProfilePages({ pages, users }),
    ...createPasswordPages({ pages, ownPassword, browserSessions, policy, allowOnward: flow.allowOnward }),
    ...createOwnDevicePages({ pages, sessions, whereSignedIn, deviceNames, names }),
    ...createOwnApplicationPages({ pages, consents }),
    ...createOwnApiKeyPages({ pages, apiKeys, apiKeyForms }),
    ...createEventPages({ pages, auditLog }),
    ...createHomePages({
      pages,
      figures,
      auditLog,
      incidents,
      revocationLog,
      keyRing,
      policy,
      tail,
      redisLink,
      now,
      applications,
      applicationUses,
    }),
    ...createUserPages({ pages, files, users, userList, roles }),
    ...createOneUserPages({
      ...{ pages, users, roles, sessions, whereSignedIn, details, names, consents, apiKeys },
    }),
    ...createUserPasswordPages({ pages, users, whereSignedIn, policy, random }),
    ...createNewUserPages({ pages, users, roles, policy, random }),
    ...createManyUsersPages({ pages, users, userActs, roles }),
    ...createApplicationPages({
      ...{ pages, files, issuer, applications, applicationUses, verifierList, users, userList },
    }),
    ...createNewApplicationPages({ pages, snippets, issuer, applications }),
    ...createOneApplicationPages(ofApplications),
    ...createApplicationLifetimePages(ofApplications),
    ...createApplicationTestPages({
      ...{ pages, issuer, applications, signInTests, run: runApplicationTest, flow, now },
    }),
    ...createRegistrationPages({
      ...{
        pages,
        issuer,
        applications,
        initialAccessTokens: deps.identity.registrations.initialAccessTokens,
        policy,
        now,
      },
    }),
    ...createApiKeyPages({ pages, files, apiKeys, apiKeyForms, users, userList }),
    ...createDeliveryPages({ pages, deliveries, figures, users, userList }),
    ...createDevicePages({ pages, users, userList, sessions, deviceList, details, receipts, names }),
    ...createSessionPages({ pages, users, userList, sessions, sessionList, details, receipts, names }),
    ...createManyEndsPages({ pages, users, userList, sessionList, deviceList, sessionEnds, deviceEnds }),
    ...createPolicyPages({ pages, policies }),
    ...createPolicyVersionPages({ pages, policies, names }),
    ...createRolePages({ pages, roles, userList }),
    ...createKeyPages({ pages, keyRing, sealedSecrets, sessionList, policy, now }),
    ...createRevocationPages({ pages, revocationLog, users, userList, names }),
    ...createManualRevocationPages({ pages, revocationLog, sessionList, roles, users, userList }),
    ...createInspectorPages({ pages, tokenInspector, apiKeyInspection, names }),
    ...createAuditPages({ pages, files, auditLog, users, userList, names }),
    ...createFormerServicePages({ pages, legacyStatus }),
    ...createIncidentPages({ pages, incidents, users, userList, sessionList, names }),
  }
  return { handlers, browser, presentError: createPagePresenter(pages) }
}
