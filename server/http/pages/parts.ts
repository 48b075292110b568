// The pages put together: what they share, and who answers which row of the table (routes.ts). A new page adds its handlers
// below, and what they call to the deps.
import { join } from 'node:path'
import type { Context, Handler } from '../handler.js'
import { createOwnDevicePages, type OwnDevicePagesDeps } from './account/devices.js'
import { createEventPages } from './account/events.js'
import { createPasswordPages, type PasswordPagesDeps } from './account/password.js'
import { createProfilePages } from './account/profile.js'
import { type AuditPagesDeps, createAuditPages } from './admin/audit.js'
import { createDevicePages, type DevicePagesDeps } from './admin/devices.js'
import { createHomePages, type HomePagesDeps } from './admin/home.js'
import { createIncidentPages, type IncidentPagesDeps } from './admin/incidents.js'
import { createInspectorPages, type InspectorPagesDeps } from './admin/inspector.js'
import { createKeyPages, type KeyPagesDeps } from './admin/keys.js'
import { createManualRevocationPages, type ManualRevocationPagesDeps } from './admin/manual-revocations.js'
import { createManyEndsPages, type ManyEndsPagesDeps } from './admin/many-ends.js'
import { createManyUsersPages, type ManyUsersPagesDeps } from './admin/many-users.js'
import { createNewUserPages, type NewUserPagesDeps } from './admin/new-user.js'
import { createPolicyPages, type PolicyPagesDeps } from './admin/policies.js'
import { createPolicyVersionPages, type PolicyVersionPagesDeps } from './admin/policy-versions.js'
import { createRevocationPages, type RevocationPagesDeps } from './admin/revocations.js'
import { createRolePages, type RolePagesDeps } from './admin/roles.js'
import { createSessionPages, type SessionPagesDeps } from './admin/sessions.js'
import { createOneUserPages, type OneUserPagesDeps } from './admin/user.js'
import { createUserPages, type UserPagesDeps } from './admin/users.js'
import { createAssets } from './assets.js'
import { createCookies } from './cookies.js'
import { createFileChoice } from './files.js'
import { createFormTokens } from './form-tokens.js'
import { createFrames } from './frame.js'
import { createGate } from './gate.js'
import { createPages } from './page.js'
import { createPresentErrorPage } from './present-error.js'
import { createReaders } from './reader.js'
import type { PageRouteName } from './routes.js'
import { createSignInPages } from './sign-in.js'
import { createStartPages } from './start.js'
import { createTexts } from './texts.js'
import { createViews } from './views.js'

/** Of the pages about people. */
type PeopleDeps = HomePagesDeps &
  UserPagesDeps &
  OneUserPagesDeps &
  NewUserPagesDeps &
  ManyUsersPagesDeps &
  DevicePagesDeps &
  SessionPagesDeps &
  ManyEndsPagesDeps
/** Of those about rules, and about what happened. */
type RuleDeps = PolicyPagesDeps & PolicyVersionPagesDeps & RolePagesDeps & KeyPagesDeps
type LogDeps = RevocationPagesDeps & ManualRevocationPagesDeps & InspectorPagesDeps & AuditPagesDeps & IncidentPagesDeps
type HandlerDeps = PeopleDeps & RuleDeps & LogDeps & OwnDevicePagesDeps & PasswordPagesDeps

export type PagePartsDeps = Omit<HandlerDeps, 'pages' | 'files'> & {
  issuer: string
  /** Folder that holds `views/` and `public/`. */
  root: string
  version: string
  random: (size: number) => Buffer
  now: () => number
}

export function createPageParts(deps: PagePartsDeps) {
  const { issuer, root, version, random, now, pageSessions, users, sessions, auditLog } = deps
  const views = createViews(join(root, 'views'))
  const texts = createTexts(join(root, 'views', 'locales'))
  const assets = createAssets({ folder: join(root, 'public') })
  const cookies = createCookies(issuer)
  const formTokens = createFormTokens({ cookies, pageSessions, issuer, random })
  const frameOf = createFrames({
    ...{ views, texts, readerOf: createReaders(cookies), issuer, now },
    ...{ assetPath: assets.path, formToken: formTokens.make },
  })
  const files = createFileChoice({ cookies })
  const pages = createPages({ views, frameOf, pageSessions })
  const gate = createGate({ cookies, formTokens, pageSessions, pages, issuer, now })

  const handlers: Record<PageRouteName | 'asset', Handler> = {
    asset: (ctx: Context) => assets.asset(ctx),
    ...createStartPages({ pages, cookies, issuer, version }),
    ...createSignInPages({ pages, gate, cookies, pageSessions, sessions }),
    ...createProfilePages({ pages, users }),
    ...createPasswordPages({ ...deps, pages }),
    ...createOwnDevicePages({ ...deps, pages }),
    ...createEventPages({ pages, auditLog }),
    ...createHomePages({ ...deps, pages }),
    ...createUserPages({ ...deps, pages, files }),
    ...createPolicyPages({ ...deps, pages }),
    ...createPolicyVersionPages({ ...deps, pages }),
    ...createRolePages({ ...deps, pages }),
    ...createKeyPages({ ...deps, pages }),
    ...createRevocationPages({ ...deps, pages }),
    ...createManualRevocationPages({ ...deps, pages }),
    ...createInspectorPages({ ...deps, pages }),
    ...createAuditPages({ ...deps, pages, files }),
    ...createIncidentPages({ ...deps, pages }),
    ...createOneUserPages({ ...deps, pages }),
    ...createNewUserPages({ ...deps, pages }),
    ...createManyUsersPages({ ...deps, pages }),
    ...createDevicePages({ ...deps, pages }),
    ...createSessionPages({ ...deps, pages }),
    ...createManyEndsPages({ ...deps, pages }),
  }
  return { handlers, gate, presentError: createPresentErrorPage(pages) }
}
