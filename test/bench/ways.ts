// Ways to verify an access token, with cost and delay of revocation: a JWT library, introspection, cached
// introspection, and the kit. One server process on SQLite, all ways measured in turns: `npm run bench:ways --
// [--rounds 20] [--revocations 20]`.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { Refusal } from '../../server/protocol/errors.js'
import { createVerifier } from '../../server/verifier/verifier.js'
import { basic, inForm } from '../support/applications.js'
import { quantiles } from '../support/bursts.js'
import { aFolder, removeFolders, sqlite } from '../support/engines.js'
import { aServerProcess, killProcesses } from '../support/processes.js'
import { issuer } from '../support/server.js'

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '20' }, revocations: { type: 'string', default: '20' } },
})

const secret = `dvz_sec_${'s'.repeat(43)}`
const remembered = 5_000
const applications = [
  { client_id: 'machine', kind: 'machine', grant_types: ['client_credentials'], client_secret: secret },
  {
    client_id: 'orders',
    grant_types: ['client_credentials'],
    client_secret: secret,
    scope: 'revocations:read',
    introspects: [issuer],
  },
]
const file = join(aFolder(), 'applications.json')
writeFileSync(file, JSON.stringify(applications))
const server = await aServerProcess(await sqlite.migrated(), {}, { APPLICATIONS_FILE: file })

const post = async (path: string, id: string, fields: Record<string, string>) => {
  const headers = { ...inForm, ...basic(id, secret) }
  const answer = await fetch(server.url + path, { method: 'POST', headers, body: new URLSearchParams(fields) })
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status} ${text}`)
  return (text === '' ? {} : JSON.parse(text)) as { access_token: string; active: boolean; exp: number }
}
const aToken = async () => (await post('/oauth/token', 'machine', { grant_type: 'client_credentials' })).access_token

const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', server.url))
const jose = { issuer, audience: issuer, algorithms: ['ES256'], typ: 'at+jwt' }
const aKit = (cacheSize: number) =>
  createVerifier({
    issuer,
    audience: issuer,
    clientId: 'orders',
    clientSecret: secret,
    name: `bench-${cacheSize}`,
    cacheSize,
    fetch: (address, init) => fetch(String(address).replace(issuer, server.url), init),
  })
const kits = [aKit(0), aKit(10_000)] as const
await Promise.all(kits.map(kit => kit.ready()))

const kept = new Map<string, { active: boolean; until: number }>()
const introspect = async (token: string) => (await post('/oauth/introspect', 'orders', { token })).active

/** A way to verify; `isIn` returns whether a token is accepted, `each` is the number of verifications in a round. */
type Way = { what: string; bound: string; each: number; isIn: (token: string) => Promise<boolean> }

const refusedBy = (kit: (typeof kits)[number]) => (token: string) =>
  kit.verify(token).then(
    () => true,
    error => {
      if (error instanceof Refusal && error.status === 401) return false
      throw error
    },
  )

const ways: Way[] = [
  {
    what: 'a JWT library, the JWKS remembered (jose)',
    bound: 'until it expires',
    each: 400,
    isIn: token => jwtVerify(token, keys, jose).then(() => true),
  },
  { what: 'introspection at each request', bound: 'at once', each: 100, isIn: introspect },
  {
    what: `introspection, remembered for ${remembered / 1_000} s`,
    bound: `${remembered / 1_000} s`,
    each: 4_000,
    async isIn(token) {
      const known = kept.get(token)
      if (known && known.until > performance.now()) return known.active
      const active = await introspect(token)
      kept.set(token, { active, until: performance.now() + remembered })
      return active
    },
  },
  { what: 'the kit, each signature checked', bound: '2 s, whatever fails', each: 400, isIn: refusedBy(kits[0]) },
  { what: 'the kit, verified tokens remembered', bound: '2 s, whatever fails', each: 4_000, isIn: refusedBy(kits[1]) },
]

const tokens = await Promise.all(Array.from({ length: 20 }, aToken))
const microseconds = new Map<Way, number[]>(ways.map(way => [way, []]))
for (let round = 0; round < Number(options.rounds); round++) {
  // The order alternates, since the first way pays for garbage of the previous ones.
  for (const way of round % 2 === 0 ? ways : [...ways].reverse()) {
    for (const token of tokens) await way.isIn(token)
    // Processor time of this process in all threads, independent of other load.
    const before = process.cpuUsage()
    for (let at = 0; at < way.each; at++) await way.isIn(tokens[at % tokens.length]!)
    const { user, system } = process.cpuUsage(before)
    microseconds.get(way)!.push((user + system) / way.each)
  }
}

/** @returns ms from the answer to the revocation to the first refused verification; null if none within `most` ms */
async function delayOf(way: Way, most: number): Promise<number | null> {
  const token = await aToken()
  if (!(await way.isIn(token))) throw new Error(`${way.what} refuses a good token`)
  await post('/oauth/revoke', 'machine', { token })
  const answered = performance.now()
  for (;;) {
    const begun = performance.now() - answered
    if (!(await way.isIn(token))) return begun
    if (begun > most) return null
    await pause(2)
  }
}

const longest = remembered + 1_000
const delays = new Map<Way, (number | null)[]>()
for (const way of ways)
  delays.set(way, await Promise.all(Array.from({ length: Number(options.revocations) }, () => delayOf(way, longest))))

console.log(
  '| Way | Bound | A revoked token was let in for: p50, worst | Processor time of a verification | Calls to the server |',
)
console.log('| --- | --- | --- | --- | --- |')
const calls = ['none', 'each time', 'one a token and 5 s', 'a lease twice a second', 'a lease twice a second']
for (const [at, way] of ways.entries()) {
  const measured = delays.get(way)!
  const [median, worst] = quantiles(
    measured.map(one => one ?? Number.POSITIVE_INFINITY),
    0.5,
    1,
  )
  const told = Number.isFinite(worst!)
    ? `${median} ms, ${worst} ms`
    : `longer than the ${longest / 1_000} s that were waited`
  const [cost] = quantiles(
    microseconds.get(way)!.map(one => one * 10),
    0.5,
  )
  console.log(`| ${way.what} | ${way.bound} | ${told} | ${cost! / 10} µs | ${calls[at]} |`)
}

await Promise.all(kits.map(kit => kit.close()))
await killProcesses()
removeFolders()
process.exit(0)
