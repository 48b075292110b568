// DPoP proofs of the key that this client's tokens are bound to (RFC 9449): one for each request, with the latest nonce
// of its server, and by that server's clock.
import type { KeyPair, KeyStore } from './key-store.js'

export type ProofsDeps = {
  keys: KeyStore
  name: string
  /** The token server's address: its clock is used for servers that send no time. */
  issuer: string
  wall: () => number
}

export type Proofs = ReturnType<typeof createProofs>

/** `text` is the header; `nonce` and `iat` (in s) are in it. */
export type MadeProof = { text: string; nonce: string | undefined; iat: number }

/** Half of the minute by which `iat` may differ (§11.1): how far a client's clock may be off, in ms. */
const clockTolerance = 30_000

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const
const signature = { name: 'ECDSA', hash: 'SHA-256' } as const

export function createProofs({ keys, name, issuer, wall }: ProofsDeps) {
  const { crypto } = globalThis
  let loading: Promise<{ privateKey: KeyPair['privateKey']; jwk: Record<string, string | undefined> }> | null = null
  /** Nonces by origin (§8.2: each server has its own). */
  const nonces = new Map<string, string>()
  /** How far a server's clock is ahead of ours, in ms, by origin; a server's time is used only for that server. */
  const clockOffsets = new Map<string, number>()
  const issuerOrigin = new URL(issuer).origin
  const timeAt = (origin: string) => wall() + (clockOffsets.get(origin) ?? clockOffsets.get(issuerOrigin) ?? 0)

  // Not extractable: injected script can sign with the key while the page is open, but cannot export it.
  const make = (): Promise<KeyPair> => crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])

  async function load() {
    const { privateKey, publicKey } = await keys.keep(name, make)
    const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey)
    return { privateKey, jwk: { crv, kty, x, y } }
  }

  function key() {
    loading ??= load().catch(error => {
      loading = null
      throw error
    })
    return loading
  }

  return {
    /**
     * The header `DPoP` of one request (§4.2).
     * @param token the access token that is sent with it
     */
    async proof(method: string, url: string, token?: string): Promise<MadeProof> {
      const { privateKey, jwk } = await key()
      const { origin, pathname } = new URL(url)
      const nonce = nonces.get(origin)
      const iat = Math.floor(timeAt(origin) / 1000)
      const claims = {
        jti: encoded(crypto.getRandomValues(new Uint8Array(16))),
        htm: method,
        htu: origin + pathname,
        iat,
        ...(token !== undefined && { ath: await hash(token) }),
        ...(nonce !== undefined && { nonce }),
      }
      const input = `${part({ typ: 'dpop+jwt', alg: 'ES256', jwk })}.${part(claims)}`
      const signed = await crypto.subtle.sign(signature, privateKey, bytesOf(input))
      return { text: `${input}.${encoded(new Uint8Array(signed))}`, nonce, iat }
    },

    /**
     * Takes the nonce of a response (§8.2, §9), and its server's time (RFC 9110 §6.6.1), where it may be read.
     * @param shown the proof of the request; others that were sent at the same time may have brought the nonce before
     * @returns whether a proof made now would differ from that one
     */
    hear({ headers }: Pick<Response, 'headers'>, url: string, shown: MadeProof): boolean {
      const nonce = headers.get('dpop-nonce')
      const date = Date.parse(headers.get('date') ?? '')
      const { origin } = new URL(url)
      if (!Number.isNaN(date)) readClock(origin, date)
      // §8.1: NQCHAR. Any other value is no nonce, and is not sent back.
      if (nonce !== null && /^[\x21\x23-\x5b\x5d-\x7e]{1,1000}$/.test(nonce)) nonces.set(origin, nonce)
      const isOtherTime = Math.abs(timeAt(origin) - shown.iat * 1000) > clockTolerance
      return nonces.get(origin) !== shown.nonce || isOtherTime
    },

    /** Whether the token server's time is known, with which this client's clock is compared. */
    get isClockKnown(): boolean {
      return clockOffsets.has(issuerOrigin)
    },

    /** The key's thumbprint (RFC 7638), for `dpop_jkt` of an authorization request (§10). */
    async thumbprint(): Promise<string> {
      return hash(JSON.stringify((await key()).jwk))
    },
  }

  function readClock(origin: string, date: number): void {
    const known = clockOffsets.get(origin) ?? 0
    const offset = date - wall()
    clockOffsets.set(origin, Math.abs(offset - known) > clockTolerance ? offset : known)
  }

  async function hash(text: string): Promise<string> {
    return encoded(new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOf(text))))
  }
}

const bytesOf = (text: string) => new TextEncoder().encode(text)

const part = (value: object) => encoded(bytesOf(JSON.stringify(value)))

function encoded(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}
