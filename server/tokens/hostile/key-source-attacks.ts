// Tokens whose header claims which key is right, or demands an extension that a reader may not support.
import type { HostileToken, Spelling } from './hostile-token.js'
import { foreignJwk } from './signer.js'

const keySource = { refuse: 'must', weakness: 'key' } as const

export const keySourceAttacks = {
  embedded_key: {
    ...keySource,
    shows: 'a token that brings its own key',
    clause: 'RFC 8725 §3.10',
    code: {
      'jwk, our kid': 'token_signature',
      'jwk, its own kid': 'token_key_unknown',
      'jwk, no kid': 'token_key_unknown',
    },
    make: signer => {
      const { kid: _, ...jwk } = foreignJwk(signer)
      return [
        ['jwk, our kid', signer.foreign({ kid: signer.key.kid, jwk })],
        ['jwk, its own kid', signer.foreign({ jwk: { ...jwk, kid: signer.foreignKey.kid } })],
        ['jwk, no kid', signer.foreign({ kid: undefined, jwk })],
      ]
    },
  },
  key_address: {
    ...keySource,
    shows: 'a token that names the address of its key',
    clause: 'RFC 8725 §3.10',
    code: 'token_key_unknown',
    make: signer => [
      ['jku', signer.foreign({ jku: `${signer.trap}/jku` })],
      ['x5u', signer.foreign({ x5u: `${signer.trap}/x5u` })],
      ['jku and x5u, no kid', signer.foreign({ kid: undefined, jku: `${signer.trap}/jku`, x5u: `${signer.trap}/x5u` })],
      ['kid as an address', signer.foreign({ kid: `${signer.trap}/kid` })],
    ],
  },
  key_name: {
    ...keySource,
    shows: 'a token whose kid is a path, a query or no text at all',
    clause: 'RFC 8725 §3.10',
    code: {
      ...Object.fromEntries(
        [
          'path to nothing',
          'path to a known file',
          'SQL',
          'shell',
          '__proto__',
          'constructor',
          'number',
          'list',
          'object',
          'long',
        ].map(how => [how, 'token_key_unknown' as const]),
      ),
    },
    make: signer => {
      const named = (how: string, kid: unknown): Spelling => [how, signer.foreign({ kid })]
      const underSecret = (how: string, kid: string, secret: string): Spelling => [
        how,
        signer.maced(Buffer.from(secret), { kid }),
      ]
      return [
        underSecret('path to nothing', '../../../../../../../dev/null', ''),
        underSecret('path to a known file', '../../../../../../../proc/sys/kernel/randomize_va_space', '2\n'),
        underSecret('SQL', "' UNION SELECT 'secret' -- ", 'secret'),
        underSecret('shell', '|echo secret', 'secret'),
        named('__proto__', '__proto__'),
        named('constructor', 'constructor'),
        named('number', 1),
        named('list', [signer.key.kid]),
        named('object', { kid: signer.key.kid }),
        named('long', 'k'.repeat(4_000)),
      ]
    },
  },
  crit: {
    refuse: 'must',
    weakness: 'form',
    shows: 'a token with an extension that must be understood',
    clause: 'RFC 7515 §4.1.11',
    code: 'token_malformed',
    make: signer => [
      ['unknown', signer.good({}, { crit: ['darvoza-doctor'], 'darvoza-doctor': true })],
      ['empty', signer.good({}, { crit: [] })],
    ],
  },
  respelled: {
    refuse: 'should',
    weakness: 'form',
    shows: 'a good token in another spelling',
    clause: 'RFC 7515 §2',
    code: 'token_malformed',
    make: signer => [
      ['padding', `${signer.good()}==`],
      ['other unused bits at the end', otherBits(signer.good())],
    ],
  },
} as const satisfies Record<string, HostileToken>

/**
 * The last character of a base64url signature has unused bits: spellings that differ only there decode to the same
 * bytes.
 */
function otherBits(token: string): string {
  const signs = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return `${token.slice(0, -1)}${signs[signs.indexOf(token.at(-1)!) ^ 1]}`
}
