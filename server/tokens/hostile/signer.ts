// What hostile tokens are made with: the real signing key, the secret of refresh tokens, and a foreign key that no JWKS
// has. Pure: the keys and the time are arguments, so that the test vectors can be made with keys of their own.
import { createPublicKey, type KeyObject } from 'node:crypto'
import { macInput, type SigningAlgorithm, signInput } from '../../protocol/algorithms.js'
import type { AccessClaims } from '../../protocol/claims.js'

export type SigningPair = { kid: string; algorithm: SigningAlgorithm; privateKey: KeyObject }

export type SignerDeps = {
  issuer: string
  /** The audience of the tokens. */
  audience: string
  /** The key that signs access tokens now. */
  key: SigningPair
  /** A key pair of the same algorithm that no JWKS has. */
  foreignKey: SigningPair
  refreshSecret: { version: number; secret: Buffer }
  /**
   * An address to put into headers; a JWKS with the foreign key lies at each path. Requests to it show that a server
   * follows such addresses.
   */
  trap: string
  /** Epoch s. */
  now: () => number
  /** Claims of a valid token, made anew each time. */
  claims: () => AccessClaims
}

export type Part = Record<string, unknown>

/** Header and claims as objects, or as the JSON text that is to be signed. */
type Written = Part | string

export function createSigner(deps: SignerDeps) {
  const { key, foreignKey, refreshSecret, claims } = deps
  const header: Part = { alg: key.algorithm, typ: 'at+jwt', kid: key.kid }
  const refreshHeader: Part = { alg: 'HS256', typ: 'rt+jwt', kid: String(refreshSecret.version) }

  const signWith = (pair: SigningPair) => (input: string) => signInput(pair.algorithm, pair.privateKey, input)

  return {
    ...deps,
    header,
    refreshHeader,

    /** The valid token with some claims changed; undefined removes one. Signed as our own are. */
    good(changes: Part = {}, headerChanges: Part = {}): string {
      return compact({ ...header, ...headerChanges }, { ...claims(), ...changes }, signWith(key))
    },

    /** Any header and claims, signed as our own tokens are. */
    signed: (head: Written, body: Written): string => compact(head, body, signWith(key)),

    /** The valid token, signed by the foreign key. */
    foreign(headerChanges: Part = {}, changes: Part = {}): string {
      const head = { ...header, kid: foreignKey.kid, ...headerChanges }
      return compact(head, { ...claims(), ...changes }, signWith(foreignKey))
    },

    /** The valid token with an HMAC under a secret. */
    maced(secret: Buffer, headerChanges: Part = {}): string {
      return compact({ ...header, alg: 'HS256', ...headerChanges }, claims(), input => macInput(secret, input))
    },

    /** The valid token with any bytes as its signature. */
    unsigned(headerChanges: Part, signature: Buffer | null): string {
      return compact({ ...header, ...headerChanges }, claims(), () => signature ?? Buffer.alloc(0))
    },

    refresh(body: Part): string {
      return compact(refreshHeader, body, input => macInput(refreshSecret.secret, input))
    },

    publicKey: (): KeyObject => createPublicKey(key.privateKey),
  }
}

export type Signer = ReturnType<typeof createSigner>

/** The public half of the foreign key, as a JWKS would have it. */
export function foreignJwk({ foreignKey: { privateKey, algorithm: alg, kid } }: Pick<Signer, 'foreignKey'>) {
  return { ...createPublicKey(privateKey).export({ format: 'jwk' }), alg, kid, use: 'sig' }
}

function compact(head: Written, body: Written, sign: (input: string) => Buffer): string {
  const input = `${encoded(head)}.${encoded(body)}`
  return `${input}.${sign(input).toString('base64url')}`
}

function encoded(part: Written): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
}
