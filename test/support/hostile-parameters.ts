// Hostile values of a query or form parameter, and the names of the parameters that OAuth endpoints read: taken from
// their tables, so that a new parameter is fuzzed without a change here.
import { createApplicationAuthentication } from '../../server/identity/applications/application-authentication.js'
import { requestOf } from '../../server/policy/authorization-request.js'
import { type AuthorizationFacts, authorizationRules } from '../../server/policy/authorization-rules.js'

/**
 * A parameter as encoded pairs of the query or form. `isLong`: too long for a request line; `isBytes`: bytes that a
 * database may reject.
 */
export type Hostile = { what: string; pairs: string; isLong?: true; isBytes?: true }

export const markup = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`

/** The limit of bodies is 64 KB: sizes just below and just above it. */
const [full, over] = [64 * 1024 - 2_000, 64 * 1024 + 1]

/**
 * @param good a valid value
 * @param trap an address that must not be requested
 */
export function hostilePairs(name: string, good: string, trap: string): Hostile[] {
  const right = encodeURIComponent(good)
  const bytes: Record<string, string> = {
    'a bad escape': `${right}%zz`,
    'half an escape': `${right}%4`,
    'overlong UTF-8': `${right}%c0%af%c0%ae`,
    'half a character': `${right}%e2%82`,
    'a surrogate': `${right}%ed%a0%80`,
    'Latin-1': `${right}caf%e9`,
    'Latin-1 as it is': `${right}caf\xe9`,
    'UTF-16': '%ff%fea%00b%00',
    'UTF-16 the other way round': '%fe%ff%00a%00b',
    'a character of four bytes': `${right}%f0%9f%92%a9`,
    'a NUL': `${right}%00`,
    'a NUL in front': `%00${right}`,
    'CR and LF': `${right}%0d%0aX-Evil:%20yes%0d%0a%0d%0a${encodeURIComponent(markup)}`,
    'a bidi mark': `${right}%e2%80%ae`,
    'a byte order mark': `%ef%bb%bf${right}`,
    SQL: encodeURIComponent(`' OR 1=1 -- \\`),
    'what is long for a column': 'a'.repeat(7_000),
  }
  const values: Record<string, string> = {
    'no value': '',
    'white space': '%20%09+',
    __proto__: '__proto__',
    constructor: 'constructor',
    'a method of objects': 'hasOwnProperty',
    markup: encodeURIComponent(markup),
    'a template': encodeURIComponent('<%= process.env %>{{7*7}}$t(nav.home)'),
    'a script': encodeURIComponent('javascript:alert(1)'),
    'another place': encodeURIComponent('https://evil.example/'),
    'a place without a scheme': encodeURIComponent('//evil.example/'),
    'another host': `${right}.evil.example`,
    'another host behind an @': `${right}@evil.example`,
    'a path up': `${right}/../evil`,
    'a place that is asked': encodeURIComponent(trap),
    'a token that points there': encodeURIComponent(pointingToken(trap, good)),
    'a negative number': '-1',
    'no end of a number': '1e999',
    'a long number': '9'.repeat(40),
    'an object': encodeURIComponent('{"a":{"$gt":""}}'),
    'a list': encodeURIComponent('["a"]'),
    null: 'null',
    'many words': 'a+'.repeat(1_500),
    'many escapes': '%41'.repeat(2_000),
  }
  const spelt: Record<string, string> = {
    'nothing at all': '',
    'twice the same': `${name}=${right}&${name}=${right}`,
    'twice, once escaped': `${name}=${right}&${escaped(name)}=evil`,
    'once with a value': `${name}=&${name}=${right}`,
    'a thousand times': `${name}=a&`.repeat(400),
    'a member': `${name}[b]=${right}`,
    'a list': `${name}[]=${right}&${name}[]=evil`,
    'a member of its prototype': `${name}[__proto__][a]=${right}&__proto__[${name}]=${right}&__proto__=a`,
    capitals: `${name.toUpperCase()}=${right}`,
    'a NUL in its name': `${name}%00=${right}`,
    'markup in its name': `${encodeURIComponent(markup)}=a&${encodeURIComponent(markup)}=b&${name}=${right}`,
  }
  return [
    ...Object.entries(bytes).map(([what, value]) => ({ what, pairs: `${name}=${value}`, isBytes: true as const })),
    ...Object.entries(values).map(([what, value]) => ({ what, pairs: `${name}=${value}` })),
    ...Object.entries(spelt).map(([what, pairs]) => ({ what: `${what}, spelt`, pairs })),
    { what: '64 KB', pairs: `${name}=${'a'.repeat(full)}`, isLong: true },
    { what: '64 KB of words', pairs: `${name}=${'a+'.repeat(full / 2)}`, isLong: true },
    { what: 'more than 64 KB', pairs: `${name}=${'a'.repeat(over)}`, isLong: true },
  ]
}

const escaped = (name: string) => `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`

/** A forged JWT whose header names the address of its key (jku, x5u). */
export function pointingToken(trap: string, subject: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const header = { alg: 'RS256', kid: '../../__proto__', jku: trap, x5u: trap, jwk: { kty: 'oct', k: 'AAAA' } }
  return `${part(header)}.${part({ iss: subject, sub: subject, aud: trap, exp: 9_999_999_999, jti: 'a' })}.AAAA`
}

/** A record of parameters that notes the names which are read. */
function aRecorder(value: readonly string[] | undefined) {
  const names = new Set<string>()
  function note(name: string | symbol): readonly string[] | undefined {
    if (typeof name === 'string') names.add(name)
    return value
  }
  const parameters = new Proxy<Record<string, readonly string[]>>(
    {},
    {
      get: (_, name) => note(name),
      has: (_, name) => note(name) !== undefined,
      getOwnPropertyDescriptor: (_, name) => void note(name),
    },
  )
  return { names, parameters }
}

/** The parameters of the authorization endpoint: those read by its rules and by the request itself. */
export function authorizationParameters(): string[] {
  const { names, parameters } = aRecorder(['openid'])
  const metadata = { redirect_uris: ['https://shop.example/callback'], scope: 'openid' }
  const application = { active: true, kind: 'web', metadata } as const
  const facts: AuthorizationFacts = { application, servers: [], hintedSub: undefined }
  for (const { breaks } of authorizationRules) breaks(parameters, facts)
  requestOf(parameters, facts, 0)
  // These two are read before the rules.
  return [...names, 'id_token_hint', 'ticket']
}

/** The form parameters of client authentication. */
export async function authenticationParameters(): Promise<string[]> {
  const { names, parameters } = aRecorder(undefined)
  const { authenticate } = createApplicationAuthentication({} as never)
  await authenticate({ authorization: '', form: parameters, address: '' }).catch(() => {})
  return [...names]
}
