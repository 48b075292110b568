// The pages put together: what they share, and who answers which row of the table (routes.ts). A new page adds its handlers
// below, and what they call to the deps.
import { join } from 'node:path'
import type { Context, Handler } from '../handler.js'
import { createOwnDevicePages, type OwnDevicePagesDeps } from './account/devices.js'
import { createEventPages } from './account/events.js'
import { createPasswordPages, type PasswordPagesDeps } from './account/password.js'
import { createProfilePages } from './account/profile.js'
import { createUserPages, type UserPagesDeps } from './admin/users.js'
import { createAssets } from './assets.js'
import { createCookies } from './cookies.js'
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

type HandlerDeps = UserPagesDeps & OwnDevicePagesDeps & PasswordPagesDeps

export type PagePartsDeps = Omit<HandlerDeps, 'pages'> & {
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
    ...createUserPages({ ...deps, pages }),
  }
  return { handlers, gate, presentError: createPresentErrorPage(pages) }
}
