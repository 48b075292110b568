// darvoza/verifier: verifies access tokens in a resource server, without a call per token, and refuses a revoked one within two
// seconds. Here its parts are joined; nothing is shared between two verifiers of a process.
import { Refusal, refuse } from '../protocol/errors.js'
import { freshTime, leaseTime } from '../protocol/log/feed.js'
import { createAccessToken } from './access-token.js'
import { createApiKeys } from './api-keys.js'
import { createBoundTokens } from './bound-tokens.js'
import type { VerifiedClaims } from './claims.js'
import { createClock } from './clock.js'
import { createEvents, type Listener, type VerifierEventName } from './events.js'
import { createFollowing } from './following.js'
import { createIntrospection } from './introspection.js'
import { createKeys } from './keys.js'
import { createLease } from './lease.js'
import { metricsText } from './metrics.js'
import type { Needs } from './needs.js'
import { checkOptions, type VerifierOptions } from './options.js'
import { createProofNonces } from './proof-nonces.js'
import { createRemembered } from './remembered.js'
import { createRequests } from './requests.js'
import { createRevocations } from './revocations.js'
import type { VerifierStatus } from './status.js'
import { createVerify } from './verify.js'
import { createWarnings } from './warnings.js'

export { type ErrorCode, errors, Refusal, type RefusalDetails } from '../protocol/errors.js'
export type { VerifiedClaims } from './claims.js'
export type { Listener, StreamState, VerifierEventName, VerifierEvents } from './events.js'
export type { Needs } from './needs.js'
export { type Clocks, OptionsError, type VerifierOptions } from './options.js'
export type { Counts, VerifierStatus } from './status.js'
export { version } from './version.js'

export type Verifier = {
  /** The issuer whose tokens it accepts. */
  readonly issuer: string
  /** The audience that tokens must have. */
  readonly audience: string
  /** Resolves once keys and log are loaded and the lease is in force. Never rejects: it waits. */
  ready(): Promise<void>
  /**
   * @returns the token's claims
   * @throws Refusal of the catalogue: 401 and 403 for what is wrong with it, 503 where that cannot be decided now
   */
  verify(token: string, needs?: Needs): Promise<VerifiedClaims>
  /** Verifies an API key (`dvz_key_…`); the server is asked, at the most every two seconds. */
  verifyApiKey(text: string, needs?: Needs): Promise<VerifiedClaims>
  /** The nonce for a client's next proof (RFC 9449 §9); null where none is required. */
  proofNonce(): string | null
  status(): VerifierStatus
  /** @returns a function that removes the listener */
  on<N extends VerifierEventName>(event: N, listener: Listener<N>): () => void
  /** Metrics for Prometheus. */
  metrics(): string
  /** Ends every connection and timer. Verifies nothing afterwards. */
  close(): Promise<void>
}

/** Interval of dropping expired entries of the log, in ms. */
const forgetInterval = 60_000

const nothing: Needs = {}

/** @throws OptionsError with every problem of the options */
export function createVerifier(options: VerifierOptions): Verifier {
  const checked = checkOptions(options)
  const { issuer, audience, name } = checked
  const events = createEvents()
  const warnings = createWarnings(name)
  const clock = createClock(checked)
  const requests = createRequests(checked)
  const remembered = createRemembered(checked.cacheSize)
  const counts = { accepted: 0, refused: 0, unknown: 0 }
  let isClosed = false
  let isReady = false
  let becomeReady = () => {}
  const whenReady = new Promise<void>(resolve => {
    becomeReady = resolve
  })

  const failed = (error: Error) => {
    if (!isClosed && !events.notify('error', error)) warnings.warn(error)
  }

  const keys = createKeys({
    ...checked,
    requests,
    clock,
    failed,
    changed: remembered.clear,
    fetched() {
      events.notify('keys', { kids: keys.state().kids })
      judgeReady()
    },
  })
  const accessToken = createAccessToken({ ...checked, requests, clock })
  let round = 0
  const revocations = createRevocations({
    moved() {
      const isOther = revocations.round !== round
      round = revocations.round
      lease.applied(isOther)
    },
    noteEntry({ seq, kind, subject, effect }) {
      events.notify('revocation', { seq, kind, subject, effect })
      if (kind === 'key') keys.renew()
    },
  })
  const following = createFollowing({
    name,
    requests,
    accessToken,
    revocations,
    clock,
    failed,
    changed: state => events.notify('stream', { state }),
  })
  const lease = createLease({
    name,
    requests,
    accessToken,
    revocations,
    clock,
    failed,
    keysFetchedAt: () => keys.state().fetchedAt,
    begun(of) {
      events.notify('lease', of)
      judgeReady()
    },
    over: () => events.notify('lease_over', {}),
    behind: following.readNow,
  })
  const introspect = (longest: number) => {
    const introspectionCache = Math.min(checked.introspectionCache, longest)
    return createIntrospection({ ...checked, introspectionCache, requests, clock, failed })
  }
  // The server's answer about a token may be as old as its copy of the log, and is cached after that: together no
  // longer than a lease.
  const introspection = introspect(leaseTime - freshTime)
  // For API keys the server reads their row. They have a queue of their own: guesses at keys must not delay tokens.
  const keyIntrospection = introspect(leaseTime)
  const proofNonces = createProofNonces(checked)
  const boundTokens = createBoundTokens(proofNonces.good)
  const parts = { clock, keys, revocations, lease, introspection, remembered, boundTokens, failed }
  const verifying = createVerify({ issuer, audience, ...parts })
  const apiKeys = createApiKeys({ issuer, audience, clock, introspection: keyIntrospection })

  function judgeReady(): void {
    if (isReady || isClosed || !lease.isValid() || !keys.areUsable()) return
    isReady = true
    becomeReady()
  }

  async function counted(work: Promise<VerifiedClaims>): Promise<VerifiedClaims> {
    try {
      const claims = await work
      counts.accepted++
      return claims
    } catch (error) {
      if (error instanceof Refusal && error.status < 500) counts.refused++
      else counts.unknown++
      throw error
    }
  }

  /** Requests during a shutdown get a temporary failure (503), not a refusal that would make the person sign in again. */
  function requireOpen(): void {
    if (isClosed) throw refuse('revocations_unknown', { retryAfter: 1, cause: new Error('the verifier was closed') })
  }

  function status(): VerifierStatus {
    const [ofTokens, ofKeys] = [introspection.state(), keyIntrospection.state()]
    const leaseState = lease.state()
    return {
      state: isClosed ? 'closed' : leaseState.valid ? 'local' : isReady ? 'asking' : 'starting',
      name,
      issuer,
      lease: leaseState,
      log: { id: revocations.log, position: revocations.position, entries: revocations.size() },
      stream: following.state(),
      keys: keys.state(),
      introspection: {
        asked: ofTokens.asked + ofKeys.asked,
        failed: ofTokens.failed + ofKeys.failed,
        underWay: ofTokens.underWay + ofKeys.underWay,
        waiting: ofTokens.waiting + ofKeys.waiting,
      },
      rememberedTokens: remembered.size(),
      counts: { ...counts, ...verifying.counts },
    }
  }

  void keys.refresh()
  following.start()
  lease.start()
  const forgetting = setInterval(() => {
    // With this machine's clock, if it is ahead, entries would be dropped that still refuse a token.
    if (clock.isSet()) void revocations.forget(clock.now())
  }, forgetInterval)

  return {
    issuer,
    audience,

    ready: () => whenReady,

    async verify(token, needs = nothing) {
      requireOpen()
      return counted(verifying.verify(token, needs))
    },

    async verifyApiKey(text, needs = nothing) {
      requireOpen()
      return counted(apiKeys.verify(text, needs))
    },

    proofNonce: () => proofNonces.good(clock.now())?.[0] ?? null,

    status,

    on: events.on,

    metrics: () => metricsText(status()),

    async close() {
      if (isClosed) return
      isClosed = true
      clearInterval(forgetting)
      lease.close()
      following.close()
      keys.close()
      revocations.close()
      requests.close()
      remembered.clear()
      events.clear()
    },
  }
}
