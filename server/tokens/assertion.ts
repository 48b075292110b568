// Client authentication by a signed assertion (RFC 7523 §2.2, §3), whose claims must say that it is for us and now.
import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { ApplicationTerms } from '../policy/application-metadata.js'
import { Refusal } from '../protocol/errors.js'
import type { ApplicationKeys } from './application-keys.js'
import type { SpentProofs } from './spent-proofs.js'

/** All asymmetric: a key that is published proves nothing with the others. */
const algorithms = ['ES256', 'RS256', 'PS256', 'EdDSA']
/** How long it may be good for at most, and by how much clocks may differ; seconds. */
const [longest, skew] = [300, 30]
const longestText = 8_192
/** What it may be called; another kind of token is none of these (RFC 8725 §3.11). */
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
    // RFC 10070: the issuer alone, and in no list, or one made for another server could be shown here.
    if (aud !== issuer) throw new Bad('aud')
    if (typeof exp !== 'number' || exp * 1000 > now() + (longest + skew) * 1000) throw new Bad('exp')
    if (typeof jti !== 'string' || jti === '' || jti.length > 512) throw new Bad('jti')
    return { jti, exp }
  }

  return {
    /** Its unverified `sub`; '' where it has none. */
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
     * Whether it is one of the application, for us, and shown for the first time; it is spent with that.
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
        // Of a key that cannot be used WebCrypto has errors of its own.
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
