// Client authentication by a signed assertion (RFC 7523 §2.2, §3), whose claims must name this server and the present
// time.
import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { ApplicationTerms } from '../policy/application-metadata.js'
import { Refusal } from '../protocol/errors.js'
import type { ApplicationKeys } from './application-keys.js'
import type { SpentProofs } from './spent-proofs.js'

/** Algorithms of assertions, all asymmetric: a MAC under a published key proves nothing. */
const algorithms = ['ES256', 'RS256', 'PS256', 'EdDSA']
/** The longest lifetime of an assertion, and how much clocks may differ; seconds. */
const [longest, skew] = [300, 30]
const longestText = 8_192
/** Allowed values of the header `typ`; another kind of token is none of these (RFC 8725 §3.11). */
const types: ReadonlySet<unknown> = new Set([undefined, 'jwt', 'client-authentication+jwt'])

export type AssertionsDeps = {
  issuer: string
  applicationKeys: ApplicationKeys
  spentProofs: SpentProofs
  now: () => number
}

export function createAssertions({ issuer, applicationKeys, spentProofs, now }: AssertionsDeps) {
  async function requireGood(
    assertion: string,
    { id, origin, metadata }: ApplicationTerms,
  ): Promise<{ jti: string; exp: number }> {
    const own = metadata.token_endpoint_auth_signing_alg
    const { typ } = decodeProtectedHeader(assertion)
    if (!types.has(typ?.toLowerCase())) throw new Bad('typ')
    const claims = await applicationKeys.verify(
      assertion,
      { origin, metadata },
      {
        algorithms: own ? [own] : algorithms,
        issuer: id,
        subject: id,
        requiredClaims: ['exp', 'jti', 'aud'],
        clockTolerance: skew,
        currentDate: new Date(now()),
      },
    )
    const { aud, exp, jti } = claims
    // RFC 10070: `aud` is the issuer alone, and no list, or an assertion made for another server could be replayed
    // here.
    if (aud !== issuer) throw new Bad('aud')
    if (typeof exp !== 'number' || exp * 1000 > now() + (longest + skew) * 1000) throw new Bad('exp')
    if (typeof jti !== 'string' || jti === '' || jti.length > 512) throw new Bad('jti')
    return { jti, exp }
  }

  return {
    /** The unverified `sub` of an assertion; '' where it has none. */
    subjectOf(assertion: string): string {
      if (assertion.length > longestText) return ''
      try {
        const { sub } = decodeJwt(assertion)
        return typeof sub === 'string' ? sub : ''
      } catch {
        return ''
      }
    },

    /**
     * Whether an assertion is the application's, for this server, and presented for the first time; a good one is
     * spent.
     * @returns null, or for the log what is wrong with it
     * @throws database_unavailable
     */
    async whyNot(assertion: string, application: ApplicationTerms): Promise<string | null> {
      try {
        const { jti, exp } = await requireGood(assertion, application)
        const isFirst = await spentProofs.spend('assertion', application.id, jti, (exp + skew) * 1000)
        return isFirst ? null : 'spent'
      } catch (error) {
        if (error instanceof Refusal) throw error
        // For a key that cannot be used WebCrypto throws errors of its own.
        const { code, name } = error as { code?: unknown; name?: unknown }
        return String(code ?? name)
      }
    },
  }
}

export type Assertions = ReturnType<typeof createAssertions>

class Bad extends Error {
  constructor(readonly code: string) {
    super(`the assertion's ${code} is not right`)
  }
}
