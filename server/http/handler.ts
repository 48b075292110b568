// What every handler gets. A handler reads, calls down once or twice, and presents.
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

/** An answer to an application that a person follows by hand: a link, or a form where it takes no other. */
export type WayBack = { href: string } | { action: string; fields: Record<string, string> }

/** What tokens come under in the Authorization header. */
export type Scheme = 'Bearer' | 'DPoP'

export type State = {
  requestId: string
  /** Why it is not let in, or null, where that was asked before its steps (fast-path/). */
  shed?: Refusal | null
  /** The caller's address, by TRUST_PROXY. */
  address: string
  /** Writes refusals as the route that was found has it; unset while no route is found. */
  writeRefusal?: WriteRefusal
  /** The verified token of the Authorization header; there on every route whose sender is known by one, and sent none of the next. */
  claims?: AccessClaims
  /** The scheme of that header, where it is one of tokens. */
  scheme?: Scheme
  /** The id of the key that signed it; there on every route of kind `program`. */
  kid?: string
  /** The proof of a key (RFC 9449), null where none came: at the token endpoint, and where a bound token was shown. */
  proof?: ShownProof | null
  /** The API key of the Authorization header. */
  apiKey?: ApiKeyInUse
  /** The application that calls, and has proven to be the one it says; there on every route of kind `client`. */
  application?: PublicApplication
  /** By which an application registers itself; null where it shows none. */
  initialAccessToken?: InitialAccessToken | null
  /** What the application that calls has registered, and the token that it shows for it. */
  registered?: { application: PublicApplication; token: string }
  /** What the caller acts by, and what for: of a token, or of a cookie; there on every route that is not for anybody. */
  credential?: Credential
  /** When its body must have come, by `performance.now()`; there where one is read. */
  bodyDueAt?: number
  /** The sign-in behind the browser's cookie; there, and live, on every page that needs one. `/api/` never has it. */
  browser?: BrowserSession
  /** The same where it is over: the sign-in page says why. */
  formerBrowser?: BrowserSession
  /** The application that the person came from, and how to get back to it, for pages about what failed on the way. */
  wayBack?: { application: string; way: WayBack }
  /** What the application says that the person reads (OpenID Connect Core §3.1.2.1). */
  uiLocales?: string
  /** What the tokens of forms on this page are made from, where nobody is signed in. */
  formSecret?: string
}

export type Context = KoaContext & { state: State; params: Record<string, string> }

export type Handler = (ctx: Context) => Promise<void> | void

/** One of the steps before a handler; a step that doesn't call `next` has answered. */
export type Next = () => Promise<void> | void
export type Step = (ctx: Context, next: Next) => Promise<void> | void

/** One after the other, each by the `next` of the one before. No promise is made that no step makes itself. */
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

/** The person who asks by a token, or by a key, which has no session: as kinds/bearer.ts has let them in. */
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

/** The person who looks at a page: user id, session and what they may do, as kinds/browser.ts has let them in. */
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
