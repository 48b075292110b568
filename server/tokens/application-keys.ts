// The keys that applications sign with: in their metadata (`jwks`), or at the address that it names (`jwks_uri`).
import { createLocalJWKSet, errors, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from 'jose'
import type { Outgoing } from '../outgoing/outgoing.js'
import { type ApplicationTerms, isUnreviewed } from '../policy/application-metadata.js'
import { refuse } from '../protocol/errors.js'
import { isJsonObject } from '../protocol/json.js'

/** How many keys without a key id are tried for one signature. */
const mostTried = 5
/** Cache of fetched keys: refreshed after, expired after, and fetched for an unknown key id no more often than; ms. */
const [renewAfter, usableFor, retryAfter] = [10 * 60_000, 60 * 60_000, 60_000]
/** Retry interval while no keys of this application are cached, in ms. */
const retryFirstAfter = 5_000
/** How many addresses keys are cached of. */
const mostHeld = 1_000
const mostKeys = 100

type Keys = Pick<ApplicationTerms, 'origin' | 'metadata'>

/** A `jwks_uri`; that of a self-registered or described application must have a public address. */
type At = { uri: string; publicAlone: boolean }

/** The cached keys of one address. Times are epoch ms, -Infinity for never. */
type Fetched = { keys: JWTVerifyGetKey | null; fetchedAt: number; triedAt: number; fetching: Promise<void> | null }

export type ApplicationKeysDeps = {
  outgoing: Outgoing
  now: () => number
  log: { info(details: object, message: string): void }
}

export function createApplicationKeys({ outgoing, now, log }: ApplicationKeysDeps) {
  /** Parsed keys of `jwks`, by the metadata object: another version of the metadata is another object. */
  const local = new WeakMap<object, JWTVerifyGetKey>()
  const fetched = new Map<string, Fetched>()

  function localKeys(jwks: NonNullable<Keys['metadata']['jwks']>): JWTVerifyGetKey {
    const known = local.get(jwks)
    if (known) return known
    const made = createLocalJWKSet(jwks)
    local.set(jwks, made)
    return made
  }

  function heldOf({ uri, publicAlone }: At): Fetched {
    const name = `${publicAlone} ${uri}`
    const known = fetched.get(name)
    if (known) return known
    if (fetched.size >= mostHeld) fetched.delete(fetched.keys().next().value!)
    const made: Fetched = { keys: null, fetchedAt: -Infinity, triedAt: -Infinity, fetching: null }
    fetched.set(name, made)
    return made
  }

  /** Concurrent callers share one request. Where it fails, the cached keys stay. */
  function fetchOnce(at: At, held: Fetched): Promise<void> {
    held.fetching ??= fetchAt(at, held).finally(() => {
      held.fetching = null
    })
    return held.fetching
  }

  async function fetchAt({ uri, publicAlone }: At, held: Fetched): Promise<void> {
    held.triedAt = now()
    try {
      const { status, body } = await outgoing.request(uri, { headers: { Accept: 'application/json' }, publicAlone })
      if (status !== 200) throw Object.assign(new Error('no keys'), { code: `STATUS_${status}` })
      held.keys = createLocalJWKSet(readKeys(body))
      held.fetchedAt = held.triedAt
    } catch (error) {
      const { code, name } = error as { code?: unknown; name?: unknown }
      log.info({ uri: uri.slice(0, 200), reason: String(code ?? name) }, 'the keys of an application were not fetched')
    }
  }

  const ago = (at: number) => Math.abs(now() - at)

  async function keysAt(at: At): Promise<Fetched & { keys: JWTVerifyGetKey }> {
    const held = heldOf(at)
    const isOver = ago(held.fetchedAt) >= usableFor
    if (held.fetching || ago(held.triedAt) >= (isOver ? retryFirstAfter : renewAfter)) {
      const fetching = fetchOnce(at, held)
      // Until the fetch is done the cached keys are used.
      if (isOver) await fetching
    }
    if (!held.keys || ago(held.fetchedAt) >= usableFor) throw refuse('application_keys_unavailable', { retryAfter: 5 })
    return held as Fetched & { keys: JWTVerifyGetKey }
  }

  async function verifyByFetched(token: string, at: At, options: JWTVerifyOptions) {
    const held = await keysAt(at)
    try {
      return await verifyByAny(token, held.keys, options)
    } catch (error) {
      // The key id may belong to a new key; but made-up key ids must not cause a fetch each.
      if (!(error instanceof errors.JWKSNoMatchingKey) || ago(held.triedAt) < retryAfter) throw error
      await fetchOnce(at, held)
      return verifyByAny(token, held.keys, options)
    }
  }

  return {
    /**
     * Verifies a JWT by the application's keys. @returns its claims
     * @throws application_keys_unavailable; JOSEError, and what WebCrypto throws of a key that is none
     */
    async verify(
      token: string,
      { origin, metadata }: Keys,
      options: JWTVerifyOptions,
    ): Promise<Record<string, unknown>> {
      const { jwks, jwks_uri: uri } = metadata
      if (jwks) return (await verifyByAny(token, localKeys(jwks), options)).payload
      const publicAlone = isUnreviewed({ origin })
      if (uri) return (await verifyByFetched(token, { uri, publicAlone }, options)).payload
      throw new errors.JWKSNoMatchingKey()
    },
  }
}

export type ApplicationKeys = ReturnType<typeof createApplicationKeys>

/** @throws where the body is no set of keys (RFC 7517 §5) */
function readKeys(body: Buffer) {
  const document: unknown = JSON.parse(body.toString())
  const keys = isJsonObject(document) ? document.keys : null
  if (!Array.isArray(keys) || keys.length > mostKeys || !keys.every(isJsonObject)) throw new errors.JWKSInvalid()
  return { keys: keys as { kty: string }[] }
}

/** A JWT without a `kid` may be signed by any of several keys. */
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
