// The options of a verifier, checked at once: every problem is reported, and nothing is sent anywhere before all are
// valid.
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { performance } from 'node:perf_hooks'
import { isApplicationId } from '../protocol/claims.js'
import { nearest } from '../protocol/near.js'

export type Clocks = {
  /** Monotonic clock, in ms; it goes on while the process is stopped. */
  monotonic(): number
  /**
   * Epoch ms by this machine's clock, which goes on while the machine is suspended, and which an administrator may
   * set.
   */
  wall(): number
}

export type VerifierOptions = {
  /** The issuer address of the token server, as in the claim `iss`. */
  issuer: string
  /** The address of the token server for requests, if another than its issuer: within a cluster, for example. */
  url?: string
  /** The identifier of this resource server, as in the claim `aud`. */
  audience: string
  /** An application with the scope `revocations:read`, the grant client_credentials and `client_secret_basic`. */
  clientId: string
  clientSecret: string
  /**
   * Name by which the server identifies the verifier. Default: the host's name, the process's id and random letters.
   */
  name?: string
  /** For how many seconds known keys stay in use while the server cannot be reached. Default 3600. */
  acceptStaleKeysFor?: number
  /** How many verified tokens are cached; 0: none. Default 10,000. */
  cacheSize?: number
  /**
   * For how many ms an answer of introspection is cached, at most 2,000 (which is the default); of an access token
   * never longer than 1,000, since the server's answer may be a second old.
   */
  introspectionCache?: number
  /** Seconds by which this machine's clock may be wrong, before the server's time is known. Default 5. */
  clockTolerance?: number
  /**
   * Whether DPoP proofs must contain a nonce that this resource server issued a minute or two ago: clients without
   * one retry once. All its processes accept the same ones, derived from the secret of its application. Default
   * false.
   */
  dpopNonces?: boolean
  /** Replaces the global fetch(). */
  fetch?: typeof fetch
  clocks?: Clocks
}

export type CheckedOptions = Required<VerifierOptions>

/** Every problem of the options, in one error. */
export class OptionsError extends Error {
  override name = 'OptionsError'
  constructor(readonly problems: readonly string[]) {
    super(`the verifier cannot be made: ${problems.join('; ')}`)
  }
}

type Check = (value: unknown) => string | null

const count = (least: number, most: number, of: string): Check => {
  return value =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
      ? null
      : `must be a whole number of ${of} from ${least} to ${most}`
}
const text: Check = value => (typeof value === 'string' && value.length > 0 ? null : 'is missing')
const callable: Check = value => (typeof value === 'function' ? null : 'must be a function')

/** One row an option, with its default where it has one. */
const checks = {
  issuer: whyNotOrigin,
  url: whyNotOrigin,
  audience: text,
  clientId: value => text(value) ?? (isApplicationId(value) ? null : 'is no client_id'),
  clientSecret: text,
  name: value =>
    typeof value === 'string' && /^[A-Za-z0-9._:~-]{1,100}$/.test(value)
      ? null
      : 'must be 1 to 100 letters, digits and . _ : ~ -',
  acceptStaleKeysFor: count(0, 30 * 86_400, 'seconds'),
  cacheSize: count(0, 10_000_000, 'tokens'),
  introspectionCache: count(0, 2_000, 'milliseconds'),
  clockTolerance: count(0, 300, 'seconds'),
  dpopNonces: value => (typeof value === 'boolean' ? null : 'must be true or false'),
  fetch: callable,
  clocks: value => {
    const { monotonic, wall } = (value ?? {}) as Partial<Clocks>
    return callable(monotonic) ?? callable(wall)
  },
} as const satisfies Record<keyof VerifierOptions, Check>

const names = Object.keys(checks) as (keyof VerifierOptions)[]

/** @throws OptionsError */
export function checkOptions(options: VerifierOptions): CheckedOptions {
  if (typeof options !== 'object' || options === null) throw new OptionsError(['there are no options'])
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  const all = { ...defaults(), url: options.issuer, ...given } as CheckedOptions
  const unknown = Object.keys(given).filter(name => !Object.hasOwn(checks, name))
  const problems = [
    ...unknown.map(name => {
      const meant = nearestOption(name)
      return `there is no option ${name}${meant ? `: did you mean ${meant}?` : ''}`
    }),
    // Never the value: it may be a secret.
    ...names.flatMap(name => {
      const isReported = name === 'url' && all.url === all.issuer
      const problem = isReported ? null : checks[name](all[name])
      return problem ? `${name} ${problem}` : []
    }),
  ]
  if (problems.length > 0) throw new OptionsError(problems)
  return { ...all, issuer: new URL(all.issuer).origin, url: new URL(all.url).origin }
}

function nearestOption(typed: string): string | undefined {
  const found = nearest(
    typed,
    names.map(name => name.toLowerCase()),
  )
  return names.find(name => name.toLowerCase() === found)
}

function defaults() {
  return {
    name: ownName(),
    acceptStaleKeysFor: 3_600,
    cacheSize: 10_000,
    introspectionCache: 2_000,
    clockTolerance: 5,
    dpopNonces: false,
    fetch: globalThis.fetch,
    clocks: { monotonic: () => performance.now(), wall: () => Date.now() },
  }
}

function ownName(): string {
  const host = hostname()
    .replace(/[^A-Za-z0-9._~-]/g, '-')
    .slice(0, 60)
  return `${host}:${process.pid}:${randomBytes(4).toString('hex')}`
}

/**
 * The same rules as for the server's ISSUER. The application's secret is sent there, so never in clear over a
 * network.
 */
function whyNotOrigin(value: unknown): string | null {
  if (typeof value !== 'string' || !URL.canParse(value)) return 'is no web address'
  const { protocol, hostname: host, pathname, search, hash, username, password } = new URL(value)
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(host)
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback))
    return 'must be https, except on localhost or a loopback address'
  if (pathname !== '/' || search || hash || username || password)
    return 'must be an origin, such as https://id.example.com, without path, query or user'
  return null
}
