// Tokens with a valid signature that do not fit: for another audience, of another time, of another kind, or of another
// shape than ours.
import { createHash } from 'node:crypto'
import { longestAccessLifetime } from '../../policy/policies.js'
import type { HostileToken, Spelling } from './hostile-token.js'
import type { Signer } from './signer.js'

const must = { refuse: 'must' } as const
const should = { refuse: 'should', weakness: 'claims' } as const
const hour = 3_600

export const claimAttacks = {
  expired: {
    ...must,
    shows: 'a token that expired an hour ago',
    clause: 'RFC 7519 §4.1.4',
    weakness: 'time',
    code: 'token_expired',
    make: signer => [['an hour ago', signer.good(span(signer, -2 * hour, -hour))]],
  },
  expired_lately: {
    refuse: 'should',
    shows: 'a token that expired two minutes ago',
    clause: 'RFC 7519 §4.1.4',
    weakness: 'time',
    code: 'token_expired',
    make: signer => [['two minutes ago', signer.good(span(signer, -hour, -120))]],
  },
  not_yet_valid: {
    refuse: 'must',
    shows: 'a token that is good from tomorrow on',
    clause: 'RFC 7519 §4.1.5',
    weakness: 'time',
    code: 'token_not_yet_valid',
    make: signer => {
      const { iat, exp } = span(signer, 48 * hour, 48 * hour + 300)
      return [
        ['nbf and iat', signer.good({ iat, exp, nbf: iat })],
        ['nbf', signer.good({ nbf: signer.now() + hour })],
      ]
    },
  },
  issued_tomorrow: {
    ...should,
    shows: 'a token that says it was issued in the future',
    clause: 'RFC 7519 §4.1.6',
    code: 'token_not_yet_valid',
    make: signer => [['iat', signer.good(span(signer, 48 * hour, 48 * hour + 300))]],
  },
  no_exp: {
    ...must,
    shows: 'a token without an end',
    clause: 'RFC 9068 §2.2',
    weakness: 'time',
    code: 'token_claims',
    make: signer => [['no exp', signer.good({ exp: undefined })]],
  },
  odd_exp: {
    ...should,
    shows: 'a token whose end is no time',
    clause: 'RFC 7519 §2 (NumericDate)',
    code: {
      text: 'token_claims',
      NaN: 'token_malformed',
      Infinity: 'token_claims',
      list: 'token_claims',
      negative: 'token_claims',
      'a fraction': 'token_claims',
    },
    make: signer => {
      const { iat, exp } = span(signer, 0, 60)
      const written = (text: string) =>
        signer.signed(
          signer.header,
          JSON.stringify({ ...signer.claims(), iat, exp: 0 }).replace('"exp":0', `"exp":${text}`),
        )
      return [
        ['text', signer.good({ iat, exp: String(exp) })],
        ['NaN', written('NaN')],
        ['Infinity', written('1e400')],
        ['list', signer.good({ iat, exp: [exp] })],
        ['negative', signer.good({ exp: -1 })],
        ['a fraction', signer.good({ iat, exp: exp + 0.5 })],
      ]
    },
  },
  far_exp: {
    ...should,
    shows: 'a token that lives longer than any of ours may',
    clause: 'RFC 9068 §5',
    code: 'token_claims',
    make: signer => [['an hour more', signer.good(span(signer, 0, longestAccessLifetime + hour))]],
  },
  wrong_audience: {
    ...must,
    shows: 'a token for another resource server',
    clause: 'RFC 9068 §4',
    weakness: 'audience',
    code: {
      another: 'token_audience',
      'a longer one': 'token_audience',
      none: 'token_claims',
      list: 'token_claims',
      'the application': 'token_audience',
    },
    make: signer => [
      ['another', signer.good({ aud: 'https://other.example' })],
      ['a longer one', signer.good({ aud: `${signer.audience}.other.example` })],
      ['the application', signer.good({ aud: `${signer.claims().client_id}-of-another` })],
      ['list', signer.good({ aud: ['https://other.example', `${signer.audience}/other`] })],
      ['none', signer.good({ aud: undefined })],
    ],
  },
  audience_among_others: {
    refuse: 'either',
    shows: 'a token for this resource server and another',
    clause: 'RFC 7519 §4.1.3',
    weakness: 'audience',
    code: 'token_claims',
    make: signer => [['list', signer.good({ aud: ['https://other.example', signer.audience] })]],
  },
  foreign_issuer: {
    ...must,
    shows: 'a token of another issuer',
    clause: 'RFC 9068 §4',
    weakness: 'issuer',
    code: { another: 'token_issuer', 'with a slash': 'token_issuer', none: 'token_claims' },
    make: signer => [
      ['another', signer.good({ iss: 'https://other.example' })],
      ['with a slash', signer.good({ iss: `${signer.issuer}/` })],
      ['none', signer.good({ iss: undefined })],
    ],
  },
  wrong_type: {
    ...must,
    shows: 'a token whose header says that it is no access token',
    clause: 'RFC 9068 §4',
    weakness: 'type',
    code: 'token_type',
    make: signer =>
      ['JWT', 'logout+jwt', 'rt+jwt', 'dpop+jwt', undefined].map(
        (typ): Spelling => [`typ ${typ ?? 'left out'}`, signer.good({}, { typ })],
      ),
  },
  id_token: {
    ...must,
    shows: 'an ID token',
    clause: 'RFC 9068 §5',
    weakness: 'type',
    code: 'token_type',
    make: signer => {
      const head = { ...signer.header, typ: 'JWT' }
      const { iss, sub, exp, iat, client_id } = signer.claims()
      const at_hash = createHash('sha256').update(signer.good()).digest().subarray(0, 16).toString('base64url')
      const claims = { iss, sub, exp, iat, auth_time: iat, nonce: 'n-0S6_WzA2Mj', at_hash, amr: ['pwd'] }
      return [
        ['for the application', signer.signed(head, { ...claims, aud: client_id })],
        ['for this resource server', signer.signed(head, { ...claims, aud: signer.audience })],
      ]
    },
  },
  logout_token: {
    ...must,
    shows: 'a logout token',
    clause: 'OpenID Connect Back-Channel Logout §2.8',
    weakness: 'type',
    code: 'token_type',
    make: signer => {
      const { iss, sub, exp, iat, jti } = signer.claims()
      const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
      const claims = { iss, sub, exp, iat, jti, aud: signer.audience, events }
      return [['for this resource server', signer.signed({ ...signer.header, typ: 'logout+jwt' }, claims)]]
    },
  },
  refresh_token: {
    ...must,
    shows: 'a refresh token',
    clause: 'RFC 6749 §10.4',
    weakness: 'type',
    code: 'token_type',
    make: signer => {
      const { iss, sub, exp, iat, jti, client_id } = signer.claims()
      const claims = { iss, sub, exp, iat, jti, client_id, sid: 'a-session-of-nobody', gen: 1, token_type: 'refresh' }
      return [['as we make them', signer.refresh({ ...claims, aud: iss, username: 'nobody' })]]
    },
  },
  refresh_claims: {
    refuse: 'should',
    shows: 'a token whose claims say that it is a refresh token',
    clause: 'RFC 9068 §2.2',
    weakness: 'type',
    code: 'token_type',
    make: signer => [['token_type', signer.good({ token_type: 'refresh' })]],
  },
  twice_said: {
    ...should,
    shows: 'a token that says a claim twice',
    clause: 'RFC 7519 §4',
    code: 'token_malformed',
    make: signer => {
      const text = JSON.stringify(signer.claims())
      return [
        ['exp', signer.signed(signer.header, `{"exp":1,${text.slice(1)}`)],
        ['aud', signer.signed(signer.header, `{"aud":"https://other.example",${text.slice(1)}`)],
      ]
    },
  },
  odd_claims: {
    ...should,
    shows: 'a token without what the revocation log is compared with',
    clause: 'RFC 9068 §2.2',
    code: 'token_claims',
    make: signer => [
      ['no jti', signer.good({ jti: undefined })],
      ['no client_id', signer.good({ client_id: undefined })],
      ['no rev', signer.good({ rev: undefined })],
      ['no roles', signer.good({ roles: undefined })],
      ['sub as a number', signer.good({ sub: 1 })],
    ],
  },
} as const satisfies Record<string, HostileToken>

/** `iat` and `exp`, in seconds from now. */
function span({ now }: Signer, from: number, to: number): { iat: number; exp: number } {
  return { iat: now() + from, exp: now() + to }
}
