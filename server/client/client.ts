// `darvoza/client`: a fetch that sends the access token and refreshes it, in browsers and in Node. One refresh serves all callers
// and all tabs, a lost answer ends no session, and the event `signed_out` is raised once in each tab, with its reason.
import { type Clocks, createAges, realClocks } from './age.js'
import { createAsk } from './ask.js'
import { createBearerFetch } from './bearer-fetch.js'
import { ClientError } from './client-error.js'
import { createEvents } from './events.js'
import { type Hint, noHints, openHints } from './hints.js'
import { createKeptTokens } from './kept-tokens.js'
import { indexedDbKeys, type KeyStore, memoryKeys } from './key-store.js'
import { type Lock, webLock } from './lock.js'
import { createProofs } from './proofs.js'
import { createRefresh } from './refresh.js'
import { createSigning } from './signing.js'
import { memoryStore, type Store } from './store.js'
import { type TokenAnswer, type Tokens, tokensIn } from './tokens.js'
import { apiWire, oauthWire } from './wires.js'

export { ClientError, type ClientErrorCode } from './client-error.js'
export type { ClientEvents, EventName, Listener } from './events.js'
export { indexedDbKeys, type KeyPair, type KeyStore, memoryKeys } from './key-store.js'
export type { Lock } from './lock.js'
export type { SignedIn } from './signing.js'
export { memoryStore, type Store, type WebStorage, webStore } from './store.js'

export type ClientOptions = {
  /** Address of Darvoza: its `ISSUER`. */
  issuer: string
  /** Id of a public application, which got its tokens by a code (`setTokens`); without it users sign in by `signIn`. */
  clientId?: string
  /** Default: memory. `webStore(() => localStorage)` outlives a page and is shared by its tabs. */
  store?: Store
  /** Origins that the access token is sent to beside the issuer's and the page's own: `['https://api.example.com']`. */
  origins?: readonly string[]
  /**
   * Tokens that only this client can use (DPoP, RFC 9449): bound to a key that it makes, and that cannot be exported.
   * `true`: kept in IndexedDB, for all tabs, and in memory where there is none. For an application with `clientId`,
   * which redeems its code by `redeem`.
   */
  dpop?: boolean | KeyStore
  /** How many seconds before its expiry an access token is renewed; default 30, and at most a quarter of its life. */
  slack?: number
  /**
   * For how many seconds a refresh, or a sign-out, without a certain answer is retried; default 10, the server's
   * grace.
   */
  patience?: number
  /** Name of the tokens in the store, and of the channel between tabs; default from issuer and application. */
  name?: string
  /** Replaces Web Locks, for processes that share a store of their own; null: none. */
  lock?: Lock | null
  /** Replaces the global fetch(), for tests. */
  fetch?: typeof fetch
  clocks?: Clocks
  random?: () => number
}

export type Client = ReturnType<typeof createClient>

export function createClient(options: ClientOptions) {
  // A memory store is not shared with other tabs: no lock and no messages are needed.
  const shared = options.store !== undefined
  const { clientId, store = memoryStore(), fetch = globalThis.fetch.bind(globalThis), clocks = realClocks } = options
  const { slack = 30, patience = 10, random = Math.random } = options
  const issuer = checkedIssuer(options.issuer)
  const name = options.name ?? `darvoza ${issuer} ${clientId ?? ''}`.trim()
  const wire = clientId === undefined ? apiWire : oauthWire(clientId)
  const lock = options.lock === undefined && shared ? webLock() : (options.lock ?? null)

  const proofs = options.dpop
    ? createProofs({ keys: keysOf(options.dpop, clientId), name, issuer, wall: clocks.wall })
    : null
  const kept = createKeptTokens(store, name, notice)
  const ages = createAges(clocks)
  const events = createEvents()
  const slackOf = ({ lifetime }: Tokens) => Math.min(slack * 1000, lifetime / 4)
  /** The access token at this client's last read; null: no user was signed in. */
  let seen: string | null = null
  /** The reason of a sign-out that another tab has sent. */
  let heardReason = 'signed_out'

  const hints = shared ? openHints(name, onHint) : noHints
  const ask = createAsk({ issuer, fetch, wall: clocks.wall, proofs })
  const trying = {
    ...{ patience: patience * 1000, monotonic: clocks.monotonic, random },
    pause: (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms)),
  }
  const renew = createRefresh({
    ...{ ask, wire, kept, ages, lock, name, ...trying, slack: slackOf },
    refreshed() {
      hints.post({ changed: 'refreshed' })
      events.emit('refreshed', { elsewhere: false })
    },
    signedOut,
  })
  const signing = createSigning({ ask, wire, kept, store, lock, name, ...trying, set, signedOut })

  function onHint(hint: Hint | null): void {
    if (hint?.changed === 'signed_out') heardReason = hint.reason ?? 'signed_out'
    void kept.read()
  }

  /** Raises events for changes of the store by other tabs; this client's own operations raise theirs. */
  function notice(tokens: Tokens | null, ours: boolean): void {
    const before = seen
    seen = tokens?.access ?? null
    if (ours || before === seen) return
    if (seen === null) events.emit('signed_out', { reason: heardReason, elsewhere: true })
    else events.emit(before === null ? 'signed_in' : 'refreshed', { elsewhere: true })
  }

  async function set(tokens: Tokens): Promise<void> {
    await kept.set(tokens)
    hints.post({ changed: 'signed_in' })
    events.emit('signed_in', { elsewhere: false })
  }

  function signedOut(reason: string): void {
    hints.post({ changed: 'signed_out', reason })
    events.emit('signed_out', { reason, elsewhere: false })
  }

  async function present(): Promise<Tokens | null> {
    const tokens = await kept.read()
    if (tokens === null) return null
    const remaining = ages.remaining(tokens)
    if (remaining > slackOf(tokens)) return tokens
    // The token is still good: the caller does not wait.
    const renewing = renew().then(renewed => renewed.tokens)
    if (remaining > slackOf(tokens) / 2) {
      renewing.catch(() => {})
      return tokens
    }
    return renewing.catch(error => {
      if (error instanceof ClientError && error.temporary && ages.remaining(tokens) > 0) return tokens
      throw error
    })
  }

  return {
    /**
     * Like `fetch`, with the access token where its origin is one of `origins`. A 401 that a new token can solve is
     * not seen: the request is sent again, once or, where tokens change at that moment, twice. Not one whose body is
     * a stream: that response is returned, and the next request has the new token.
     * @throws ClientError `unreachable` where the token is over and the token server does not answer: no user is
     *   signed out; `signed_out` where the session turns out to be over before anything was sent
     */
    fetch: createBearerFetch({
      fetch,
      origins: originsOf(issuer, options.origins ?? []),
      present,
      renew,
      monotonic: clocks.monotonic,
      proofs,
    }),

    /**
     * The access token for other uses than fetch: a WebSocket's first message, another library. @returns null where
     * no user is signed in
     */
    async accessToken(): Promise<string | null> {
      return (await present())?.access ?? null
    },

    signIn: signing.signIn,
    signOut: signing.signOut,

    /**
     * Redeems the code of an authorization request (RFC 6749 §4.1.3), and stores the tokens.
     * @throws ClientError with the server's code (`invalid_grant`: it was used, or is too old), or `unreachable`
     */
    redeem: (code: string, parameters: { redirect_uri?: string; code_verifier: string }): Promise<void> =>
      signing.redeem(code, parameters),

    /**
     * Thumbprint of the key that tokens are bound to, for `dpop_jkt` of an authorization request (RFC 9449 §10); null
     * without one.
     */
    async keyThumbprint(): Promise<string | null> {
      return (await proofs?.thumbprint()) ?? null
    },

    /** Stores the response of a token endpoint, with OAuth's names or simplejwt's. */
    async setTokens(answer: TokenAnswer): Promise<void> {
      const tokens = tokensIn(answer, clocks.wall())
      if (tokens === null) throw new TypeError('setTokens: there is no access token in it')
      await set(tokens)
    },

    /** Refreshes now, whatever the token's age: after the user's permissions were changed, as by the page itself. */
    async refresh(): Promise<void> {
      const tokens = await kept.read()
      await renew(tokens?.access)
    },

    async isSignedIn(): Promise<boolean> {
      return (await kept.read()) !== null
    },

    on: events.on,

    /** Stops listening to other tabs. */
    close(): void {
      hints.close()
    },
  }
}

/** @throws TypeError where no key can be made or used */
function keysOf(given: true | KeyStore, clientId: string | undefined): KeyStore {
  if (clientId === undefined) throw new TypeError('dpop: an application with a clientId alone has bound tokens')
  const { subtle } = (globalThis.crypto ?? {}) as { subtle?: unknown }
  if (subtle === undefined) throw new TypeError('dpop: keys are made on pages with https, or on localhost')
  return given === true ? (indexedDbKeys() ?? memoryKeys()) : given
}

/** @throws TypeError where a password may not be sent to that address */
function checkedIssuer(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol)) throw new TypeError('issuer: no http or https address')
  const local = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
  if (url.protocol === 'http:' && !local) throw new TypeError('issuer: plain http only on localhost')
  if (url.username || url.password || url.search || url.hash) throw new TypeError('issuer: an address and nothing else')
  return url.href.replace(/\/+$/, '')
}

function originsOf(issuer: string, more: readonly string[]): ReadonlySet<string> {
  const { location } = globalThis as { location?: { origin: string } }
  const own = location && /^https?:/.test(location.origin) ? [location.origin] : []
  const named = more.map(text => {
    const origin = URL.canParse(text) ? new URL(text).origin : 'null'
    if (origin === 'null' || origin !== text.replace(/\/$/, '')) throw new TypeError(`origins: ${text} is no origin`)
    return origin
  })
  return new Set([new URL(issuer).origin, ...own, ...named])
}
