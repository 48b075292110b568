// Parts of the server that HTTP handlers may use: no storage.
import type { Settings } from '../../config/settings.js'
import type { HealthDeps } from '../http/health.js'
import type { Identity } from '../identity/identity.js'
import type { BrowserSessions } from '../identity/sign-in/browser-sessions.js'
import type { SignIn } from '../identity/sign-in/sign-in.js'
import type { EnforcementWatch } from '../revocation/enforcement.js'
import type { Feed } from '../revocation/feed.js'
import type { FeedLeases } from '../revocation/feed-lease.js'
import type { Outages } from '../revocation/outages.js'
import type { PolicyInForce } from '../revocation/policy-in-force.js'
import type { RedisLink } from '../revocation/redis-link.js'
import type { Tail } from '../revocation/tail.js'
import type { ClientToken } from '../tokens/client-token.js'
import type { Counters } from '../tokens/counters.js'
import type { Exchange } from '../tokens/exchange.js'
import type { Inspect } from '../tokens/inspect.js'
import type { Introspect } from '../tokens/introspect.js'
import type { Proofs } from '../tokens/proofs.js'
import type { Rotate } from '../tokens/rotate.js'
import type { SignInTests } from '../tokens/sign-in-tests.js'
import type { SigningKeys } from '../tokens/signing-keys.js'
import type { Tickets } from '../tokens/ticket.js'
import type { Log } from './ports.js'

export type AppDeps = {
  settings: Settings
  issuer: string
  /** The application that owns password sign-ins. */
  ownApplication: string
  /** Folder that holds `views/` and `public/`. */
  root: string
  log: Log
  uuid: () => string
  random: (size: number) => Buffer
  bodyWait: number | undefined
  /** How many concurrent requests the server should have at most. */
  mostUnderWay: () => number
  /** Whether the process is shutting down. */
  isLeaving: () => boolean
  revocation: {
    now: () => number
    clock: HealthDeps['clock']
    tail: Tail
    enforcement: EnforcementWatch
    outages: Pick<Outages, 'refused'>
    redisLink: RedisLink | null
    policy: PolicyInForce
    feed: Feed
    feedLeases: FeedLeases
    writeProblem: HealthDeps['writeProblem']
  }
  tokens: {
    inspect: Inspect
    rotate: Rotate
    signingKeys: SigningKeys
    clientToken: ClientToken
    exchange: Exchange
    introspect: Introspect
    proofs: Proofs
    tickets: Tickets
    signInTests: SignInTests
    counters: Pick<Counters, 'count'>
  }
  signIn: { signIn: SignIn; browserSessions: BrowserSessions }
  identity: Identity
}
