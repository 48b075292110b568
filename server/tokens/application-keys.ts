// The keys that applications sign with: those of their metadata.
import { createLocalJWKSet, errors, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from 'jose'
import type { ApplicationTerms } from '../policy/application-metadata.js'

/** Of keys that have no name so many are tried. */
const mostTried = 5

type Keys = Pick<ApplicationTerms, 'metadata'>

export function createApplicationKeys() {
  /** As they were made ready, by the metadata's own object: another version has another one. */
  const local = new WeakMap<object, JWTVerifyGetKey>()

  function localSet({ metadata: { jwks } }: Keys): JWTVerifyGetKey | null {
    if (!jwks) return null
    const known = local.get(jwks)
    if (known) return known
    const made = createLocalJWKSet(jwks)
    local.set(jwks, made)
    return made
  }

  return {
    /**
     * The claims of a JWT that one of the application's keys has signed.
     * @throws JOSEError, and what WebCrypto throws of a key that is none
     */
    async verify(token: string, application: Keys, options: JWTVerifyOptions): Promise<Record<string, unknown>> {
      const keys = localSet(application)
      if (!keys) throw new errors.JWKSNoMatchingKey()
      return (await verifyByAny(token, keys, options)).payload
    },
  }
}

export type ApplicationKeys = ReturnType<typeof createApplicationKeys>

/** Without a `kid` several may be meant. */
async function verifyByAny(token: string, keys: JWTVerifyGetKey, options: JWTVerifyOptions) {
  try {
    return await jwtVerify(token, keys, options)
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
    let tried = 0
    for await (const key of error) {
      if (++tried > mostTried) break
      try {
        return await jwtVerify(token, key, options)
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure
      }
    }
    throw new errors.JWSSignatureVerificationFailed()
  }
}
