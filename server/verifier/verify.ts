// Verifies a token, and that it meets the needs of a route. Form, kind, key, signature, claims, proof, log, needs: the
// checks run in the order in which a refusal may be disclosed, as on the server. While the lease is in force no request
// is sent.
import { verifyInput } from '../protocol/algorithms.js'
import {
  type AccessClaims,
  type ClaimCheck,
  personChecks,
  programChecks,
  registeredChecks,
} from '../protocol/claims.js'
import { type ErrorCode, Refusal, refuse } from '../protocol/errors.js'
import { maxTokenLength, readCompact } from '../protocol/jws.js'
import { refusalCode } from '../protocol/log/revocation.js'
import type { BoundTokens } from './bound-tokens.js'
import { type VerifiedClaims, verifiedClaims } from './claims.js'
import type { VerifierClock } from './clock.js'
import type { Introspection } from './introspection.js'
import type { Keys } from './keys.js'
import type { Lease } from './lease.js'
import { type Needs, requireNeeds } from './needs.js'
import type { CheckedOptions } from './options.js'
import type { Remembered, Signed } from './remembered.js'
import type { Revocations } from './revocations.js'

/** Upper limit of a token's lifetime in the server's policy, in seconds. */
export const longestLifetime = 86_400
/** How long a token waits for the mirror to reach its own number, in ms. */
const catchUpTimeout = 250

export type VerifyDeps = Pick<CheckedOptions, 'issuer' | 'audience'> & {
  clock: VerifierClock
  keys: Pick<Keys, 'find' | 'require' | 'areUsable'>
  revocations: Revocations
  lease: Pick<Lease, 'isValid'>
  introspection: Pick<Introspection, 'introspect'>
  remembered: Remembered
  boundTokens: Pick<BoundTokens, 'check'>
  failed: (error: Error) => void
}

class NotConfirmed extends Error {}

/** Refusals only because of a time, where the clock may be wrong: the server is asked. */
const doubts: ReadonlySet<ErrorCode> = new Set(['clock_jumped', 'clock_went_back'])

const byPerson: readonly ClaimCheck[] = [...registeredChecks, ...personChecks]
const byProgram: readonly ClaimCheck[] = [...registeredChecks, ...programChecks]

export function createVerify(deps: VerifyDeps) {
  const { issuer, audience, clock, keys, revocations, lease, introspection, remembered, boundTokens, failed } = deps
  /** Whether the server has once confirmed a token for this resource server. */
  let wasConfirmed = false
  const counts = { remembered: 0, introspected: 0, untilExpiry: 0 }

  /** @returns the code that refuses the claims, or null */
  function whyNot(claims: Record<string, unknown>): ErrorCode | null {
    const expected = { issuer, audience, now: clock.now(), latest: clock.latest(), longestLifetime }
    const checks = claims.sid === undefined ? byProgram : byPerson
    for (const check of checks) {
      const code = check.whyNot(claims, expected)
      if (code) return code
    }
    return null
  }

  /** Verifies signature and claims. `doubt`: a refusal because of a time that may be wrong. */
  async function read(token: string, digest: string): Promise<{ signed: Signed; doubt: ErrorCode | null }> {
    const { header, claims, input, signature } = readCompact(token)
    if (header.typ !== 'at+jwt') throw refuse('token_type')
    const { kid, alg } = header
    if (typeof kid !== 'string') throw refuse('token_key_unknown')
    const key = keys.find(kid) ?? (await keys.require(kid))
    // RFC 8725 §3.1: the key says which algorithm is right, not the token.
    if (alg !== key.algorithm) throw refuse('token_algorithm')
    if (!verifyInput(key.algorithm, key.publicKey, input, signature)) throw refuse('token_signature')
    const code = whyNot(claims)
    if (code !== null && !doubts.has(code)) throw refuse(code)
    const signed: Signed = {
      raw: claims as AccessClaims,
      claims: verifiedClaims(claims, 'access'),
      kid,
      position: -1,
      round: -1,
    }
    // A token in doubt is verified again in full.
    if (code === null) remembered.keep(digest, signed)
    return { signed, doubt: code }
  }

  /** Whether a cached token is in doubt by now: only the time can have changed the result. */
  function doubtOf({ raw: { exp } }: Signed): ErrorCode | null {
    if (exp > clock.latest() / 1_000) return null
    if (exp <= clock.now() / 1_000) throw refuse('token_expired')
    return 'clock_jumped'
  }

  /** Refuses by the entries that the mirror has; searched only where it has advanced since. */
  function refuseRevoked(signed: Signed): void {
    const { position, round } = revocations
    if (signed.position === position && signed.round === round) return
    const entry = revocations.find(signed.raw, signed.kid)
    if (entry) throw refuse(refusalCode(entry))
    signed.position = position
    signed.round = round
  }

  /** The lease is valid, and the log is applied up to the token's `rev`: no revocation older than a lease can be missing. */
  const isDecided = ({ raw: { rev } }: Signed) => lease.isValid() && rev <= revocations.position

  async function confirm(token: string, signed: Signed, doubt: ErrorCode | null, needs: Needs): Promise<void> {
    if (doubt === null && lease.isValid()) {
      // Issued a moment ago; an entry that ends it later has a higher number, and comes after this one.
      await revocations.reach(signed.raw.rev, catchUpTimeout)
      refuseRevoked(signed)
      if (isDecided(signed)) return
    }
    await ask(token, signed, doubt, needs)
    // Entries may have been applied meanwhile.
    refuseRevoked(signed)
  }

  /**
   * RFC 7662 §2.2: `inactive` is also the answer to a client that may not ask about the token. An application that is
   * not the resource server would refuse all tokens as soon as the lease is over, and sign all users out.
   */
  function notAnswered(): Refusal {
    const cause = new NotConfirmed(
      `the server has not confirmed any token for ${audience} yet: may this application introspect?`,
    )
    failed(cause)
    return refuse('revocations_unknown', { retryAfter: 1, cause })
  }

  async function ask(token: string, signed: Signed, doubt: ErrorCode | null, needs: Needs): Promise<void> {
    try {
      counts.introspected++
      const result = await introspection.introspect(token)
      if (!result.active) throw wasConfirmed ? refuse('token_revoked') : notAnswered()
      wasConfirmed = true
      if (result.jti !== signed.raw.jti || result.iss !== issuer) throw refuse('revocations_unknown', { retryAfter: 1 })
    } catch (error) {
      const isUnknown = (error as { code?: unknown }).code === 'revocations_unknown' && !isNotConfirmed(error)
      // Without a log no entry could have refused it.
      if (!isUnknown || !needs.allowReadsUntilExpiry || doubt !== null || revocations.log === '') throw error
      counts.untilExpiry++
    }
  }

  return {
    counts,

    /** @throws the refusal of the token by a code of the catalogue; revocations_unknown: it cannot be decided now */
    async verify(token: string, needs: Needs): Promise<VerifiedClaims> {
      // Before a digest is computed of it.
      if (typeof token !== 'string' || token.length > maxTokenLength) throw refuse('token_malformed')
      const digest = remembered.digest(token)
      let signed = remembered.find(digest)
      let doubt: ErrorCode | null
      if (signed !== undefined && keys.areUsable()) {
        counts.remembered++
        doubt = doubtOf(signed)
      } else {
        ;({ signed, doubt } = await read(token, digest))
      }
      const { claims } = signed
      // An administrator knows the password: the token serves only to change it.
      if (claims.must_change_password === true) throw refuse('password_change_required')
      // A bound token without proof is refused before the server is asked.
      if (needs.proof === undefined) boundTokens.check(token, claims, undefined, clock.now())
      refuseRevoked(signed)
      if (doubt !== null || !isDecided(signed)) await confirm(token, signed, doubt, needs)
      // The proof is spent after all checks of the token itself; only the route's needs are checked later.
      if (needs.proof !== undefined) boundTokens.check(token, claims, needs.proof, clock.now())
      requireNeeds(claims, needs, clock.now())
      return claims
    },
  }
}

export type Verify = ReturnType<typeof createVerify>

const isNotConfirmed = (error: unknown) => error instanceof Refusal && error.details.cause instanceof NotConfirmed
