// Tokens whose signature proves nothing: none, one by another key, one by a value that is public.
import type { KeyObject } from 'node:crypto'
import { signingAlgorithmNames } from '../../protocol/algorithms.js'
import type { HostileToken, Spelling } from './hostile-token.js'
import type { Signer } from './signer.js'

const must = { refuse: 'must' } as const

export const signatureAttacks = {
  alg_none: {
    ...must,
    shows: 'an unsecured token',
    clause: 'RFC 8725 §3.2',
    weakness: 'algorithm',
    code: 'token_algorithm',
    make: signer => [
      ...['none', 'None', 'NONE', 'nOnE', ' none', ''].map(
        (alg): Spelling => [`alg ${JSON.stringify(alg)}`, signer.unsigned({ alg }, null)],
      ),
      ['alg null', signer.unsigned({ alg: null }, null)],
      ['no alg', signer.unsigned({ alg: undefined }, null)],
      ['alg "none" and a signature', signer.unsigned({ alg: 'none' }, signatureOf(signer.good()))],
    ],
  },
  no_signature: {
    ...must,
    shows: 'a token without its signature',
    clause: 'RFC 7515 §5.2',
    weakness: 'signature',
    code: { 'empty signature': 'token_signature', 'two parts': 'token_malformed' },
    make: signer => [
      ['empty signature', signer.unsigned({}, null)],
      ['two parts', signer.good().split('.').slice(0, 2).join('.')],
    ],
  },
  wrong_signature: {
    ...must,
    shows: 'a token under a signature that is not its own',
    clause: 'RFC 7515 §5.2',
    weakness: 'signature',
    code: 'token_signature',
    make: signer => [
      ["another token's signature", signer.unsigned({}, signatureOf(signer.good({ jti: 'another' })))],
      // CVE-2022-21449: r = s = 0 verified for every message.
      ['zeros', signer.unsigned({}, Buffer.alloc(signatureOf(signer.good()).length))],
      ['cut short', cut(signer.good())],
    ],
  },
  changed_payload: {
    ...must,
    shows: 'a token whose claims were changed after it was signed',
    clause: 'RFC 7515 §5.2',
    weakness: 'signature',
    code: 'token_signature',
    make: signer => {
      const [head, , tail] = signer.good().split('.')
      const claims = { ...signer.claims(), roles: ['admin'], permissions: ['darvoza:everything'] }
      return [['more rights', `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${tail}`]]
    },
  },
  truncated: {
    ...must,
    shows: 'a token of which only the beginning came',
    clause: 'RFC 7515 §5.2',
    weakness: 'signature',
    code: 'token_malformed',
    make: signer => {
      const token = signer.good()
      return [
        ['cut in the claims', token.slice(0, token.indexOf('.') + 40)],
        ['a fourth part', `${token}.AAAA`],
      ]
    },
  },
  key_unknown: {
    ...must,
    shows: 'a token signed by a key that the issuer never had',
    clause: 'RFC 9068 §4',
    weakness: 'signature',
    code: { 'a name of its own': 'token_key_unknown', 'the name of our key': 'token_signature' },
    make: signer => [
      ['a name of its own', signer.foreign()],
      ['the name of our key', signer.foreign({ kid: signer.key.kid })],
    ],
  },
  key_confusion: {
    ...must,
    shows: 'a token whose HMAC secret is our public key',
    clause: 'RFC 8725 §2.1',
    weakness: 'algorithm',
    code: 'token_algorithm',
    make: signer => [
      ...spellingsOfKey(signer).map(([how, secret]): Spelling => [how, signer.maced(secret)]),
      ['an empty secret', signer.maced(Buffer.alloc(0))],
      ['the kid as secret', signer.maced(Buffer.from(signer.key.kid))],
    ],
  },
  algorithm_swapped: {
    ...must,
    shows: 'a token whose header names another algorithm',
    clause: 'RFC 8725 §3.1',
    weakness: 'algorithm',
    code: 'token_algorithm',
    make: signer =>
      [...signingAlgorithmNames, 'HS256', 'ES384', 'RS512', 'ES256K']
        .filter(alg => alg !== signer.key.algorithm)
        .map((alg): Spelling => [alg, signer.good({}, { alg })]),
  },
} as const satisfies Record<string, HostileToken>

function signatureOf(token: string): Buffer {
  return Buffer.from(token.split('.')[2]!, 'base64url')
}

function cut(token: string): string {
  const [head, body] = token.split('.')
  return `${head}.${body}.${signatureOf(token).subarray(0, -3).toString('base64url')}`
}

/** Encodings of a public key that a library may use as an HMAC secret. */
function spellingsOfKey(signer: Signer): (readonly [how: string, secret: Buffer])[] {
  const publicKey = signer.publicKey()
  const jwk = publicKey.export({ format: 'jwk' })
  const { kid, algorithm: alg } = signer.key
  const published = { ...jwk, kid, alg, use: 'sig' }
  const pem = publicKey.export({ format: 'pem', type: 'spki' }) as string
  const texts = {
    PEM: pem,
    'PEM without its last line break': pem.trimEnd(),
    'PEM with CRLF': pem.replaceAll('\n', '\r\n'),
    'JWK as published': JSON.stringify(published),
    JWK: JSON.stringify(jwk),
    'JWK as Python writes it': JSON.stringify(published, null, 1)
      .replace(/\n */g, ' ')
      .replace('{ ', '{')
      .replace(' }', '}'),
    'the number of the key': jwk.n ?? jwk.x ?? '',
    ...pkcs1(publicKey),
  }
  return [
    ...Object.entries(texts).map(([how, text]) => [how, Buffer.from(text)] as const),
    ['DER', publicKey.export({ format: 'der', type: 'spki' })],
  ]
}

/** The PKCS#1 encoding, which only RSA keys have. */
function pkcs1(publicKey: KeyObject): Record<string, string> {
  if (publicKey.asymmetricKeyType !== 'rsa') return {}
  return { 'PEM of PKCS #1': publicKey.export({ format: 'pem', type: 'pkcs1' }) as string }
}
