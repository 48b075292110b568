// What a verifier is made with, checked at once: every problem is told, and nothing is sent anywhere before all of it is right.
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { performance } from 'node:perf_hooks'
import { isApplicationId } from '../protocol/claims.js'
import { nearest } from '../protocol/near.js'

export type Clocks = {
  /** ms that only ever grow, also while the process is stopped. */
  monotonic(): number
  /** Epoch ms by this machine's clock, which goes on while the machine is suspended, and which somebody may set. */
  wall(): number
}

export type VerifierOptions = {
  /** The address of the token server, as its tokens name it in `iss`. */
  issuer: string
  /** Where the token server is reached, where that is not its issuer's address: within a cluster, say. */
  url?: string
  /** The identifier of this resource server, as tokens for it name it in `aud`. */
  audience: string
  /** Of an application with the scope `revocations:read`, the grant client_credentials and `client_secret_basic`. */
  clientId: string
  clientSecret: string
  /** By which the server tells verifiers apart. Default: the host's name, the process's id and random letters. */
  name?: string
  /** For how many seconds known keys serve while the server cannot be reached. Default 3600. */
  acceptStaleKeysFor?: number
  /** How many verified tokens are remembered; 0: none. Default 10,000. */
  cacheSize?: number
  /**
   * For how many ms an answer of introspection is remembered, at most 2,000 (which is the default); of an access token never
   * longer than 1,000, since what the server answers may be a second old.
   */
  introspectionCache?: number
  /** Seconds by which this machine's clock may be wrong, before the server has told the time. Default 5. */
  clockTolerance?: number
  /**
   * Whether proofs of keys (DPoP) must hold a nonce that this resource server gave a minute or two ago: clients ask once more
   * where they have none. All its processes have the same, by the secret of its application. Default false.
   */
  dpopNonces?: boolean
  /** In place of the global one. */
  fetch?: typeof fetch
  clocks?: Clocks
}

export type CheckedOptions = Required<VerifierOptions>

/** Every problem with the options, told at once. */
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

/** One row an option; where it is left out and has a default, that is taken. */
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
      const isTold = name === 'url' && all.url === all.issuer
      const problem = isTold ? null : checks[name](all[name])
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

/** As the server takes its own ISSUER. The secret of the application goes there, so it is never sent in clear over a network. */
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
