// The context of every handler. A handler reads the request, calls one or two functions of the layers below, and
// presents.
import type { Context as KoaContext } from 'koa'
import type { ApiKeyInUse } from '../identity/api-keys/api-key-authentication.js'
import type { PublicApplication } from '../identity/applications/public-application.js'
import type { PublicUser } from '../identity/people/public-user.js'
import type { InitialAccessToken } from '../identity/registrations/initial-access-tokens.js'
import type { BrowserSession } from '../identity/sign-in/browser-sessions.js'
import type { Actor, Credential, Origin } from '../policy/actor.js'
import type { AccessClaims } from '../protocol/claims.js'
import type { Refusal } from '../protocol/errors.js'
import type { ShownProof } from '../tokens/proofs.js'

/** A link or a form that leads back to the application; a form for applications that take no redirect. */
export type ReturnTarget = { href: string } | { action: string; fields: Record<string, string> }

/** Authentication schemes of tokens in the Authorization header. */
export type Scheme = 'Bearer' | 'DPoP'

export type State = {
  requestId: string
  /** The refusal of load shedding, or null for none; set if the fast path has checked before (fast-path/). */
  shed?: Refusal | null
  /** The caller's address, by TRUST_PROXY. */
  address: string
  /** Writes refusals in the format of the route found; unset until a route is found. */
  writeRefusal?: WriteRefusal
  /** Claims of the verified token in the Authorization header; set on every route whose senders show a token. */
  claims?: AccessClaims
  /** The scheme of the Authorization header, if it is one of tokens. */
  scheme?: Scheme
  /** The id (kid) of the key that signed that token; set on every route of kind `program`. */
  kid?: string
  /** The DPoP proof (RFC 9449), null if there is none; set at the token endpoint, and for a token bound to a key. */
  proof?: ShownProof | null
  /** The API key in the Authorization header. */
  apiKey?: ApiKeyInUse
  /** The calling application, authenticated; set on every route of kind `client`. */
  application?: PublicApplication
  /** The initial access token with which an application registers itself; null if it sends none. */
  initialAccessToken?: InitialAccessToken | null
  /** The registered application that manages its registration, and its registration token. */
  registered?: { application: PublicApplication; token: string }
  /** The request's credential, and what the route requires of it; set on every route that needs a sign-in. */
  credential?: Credential
  /** When the body must have arrived, by `performance.now()`, in ms; set if a body is read. */
  bodyDueAt?: number
  /** The live browser session of the session cookie; set on every page that needs a sign-in, never below `/api/`. */
  browser?: BrowserSession
  /** The ended browser session of the session cookie; the sign-in page says why it ended. */
  formerBrowser?: BrowserSession
  /** The application that sent the browser, and the way back to it, for error pages. */
  wayBack?: { application: string; way: ReturnTarget }
  /** Languages that the application says the user reads (OpenID Connect Core §3.1.2.1, `ui_locales`). */
  uiLocales?: string
  /** The secret of form tokens (CSRF) on this page while nobody is signed in. */
  formSecret?: string
}

export type Context = KoaContext & { state: State; params: Record<string, string> }

export type Handler = (ctx: Context) => Promise<void> | void

/** Runs the steps behind this one. A step that does not call `next` has answered. */
export type Next = () => Promise<void> | void
export type Step = (ctx: Context, next: Next) => Promise<void> | void

/** Runs steps one after the other, each from the `next` of the one before. It adds no promises of its own. */
export function inTurn(steps: readonly Step[]): Step {
  return steps.reduceRight<Step>(
    (after, step) => (ctx, next) => step(ctx, () => after(ctx, next)),
    (_, next) => next(),
  )
}

export type WriteRefusal = (ctx: Context, refusal: Refusal) => Promise<void> | void

export const isReading = ({ method }: Context) => method === 'GET' || method === 'HEAD'

export function originOf(ctx: Context): Origin {
  return { address: ctx.state.address, userAgent: ctx.get('User-Agent').slice(0, 512), requestId: ctx.state.requestId }
}

/** The user of a token or of an API key, as kinds/bearer.ts has let them in; an API key has no session (`sid` null). */
export function personOf(ctx: Context): { userId: number; sid: string | null; actor: Actor } {
  const { apiKey, claims } = ctx.state
  if (apiKey) return { userId: apiKey.userId, sid: null, actor: actorOf(ctx, apiKey.userId) }
  const { sub, sid } = claims!
  return { userId: Number(sub), sid: sid!, actor: actorOf(ctx, Number(sub)) }
}

/** The user id of the sender; null for anonymous requests, and for an application's own token. */
export function senderIdOf({ state: { apiKey, claims, browser } }: Pick<Context, 'state'>): number | null {
  if (apiKey) return apiKey.userId
  return claims?.sid === undefined ? (browser?.user.id ?? null) : Number(claims.sub)
}

/** The signed-in user of a page: user id, session, and the actor for changes, as kinds/browser.ts has let them in. */
export function browserUserOf(ctx: Context): {
  userId: number
  sid: string
  user: PublicUser
  actor: Actor
  browser: BrowserSession
} {
  const browser = ctx.state.browser!
  const { user, session } = browser
  return { userId: user.id, sid: session.id, user, actor: actorOf(ctx, user.id), browser }
}

function actorOf(ctx: Context, userId: number): Actor {
  return { name: `user:${userId}`, origin: originOf(ctx), credential: ctx.state.credential! }
}
