// Delay from the answer to a revocation until resource servers refuse the token, and from a role change until they
// accept the new permission: two servers on MariaDB with Redis, and resource servers with the kit, each a process: `npm
// run bench:revocation -- [--verifiers 20] [--revocations 10000] [--roles 1000] [--at-once 8] [--no-redis]`.
import { parseArgs } from 'node:util'
import bcrypt from 'bcrypt'
import { compose } from '../../server/compose.js'
import { basic, inForm } from '../support/applications.js'
import { quantiles } from '../support/bursts.js'
import { aClient, type Pair } from '../support/client.js'
import { removeFolders } from '../support/engines.js'
import { sharedMariaDb, stopSharedMariaDb } from '../support/mariadb.js'
import { aServerProcess, killProcesses } from '../support/processes.js'
import { aRedis, stopRedises } from '../support/redis.js'
import { aResourceServer, instant, type ResourceServer, untilReady } from '../support/resource-servers.js'
import { issuer, password, testSettings } from '../support/server.js'

const { values: options } = parseArgs({
  options: {
    verifiers: { type: 'string', default: '20' },
    revocations: { type: 'string', default: '10000' },
    roles: { type: 'string', default: '1000' },
    'at-once': { type: 'string', default: '8' },
    'no-redis': { type: 'boolean', default: false },
  },
})
const atOnce = Number(options['at-once'])

const policy = { sign_in_guesses_per_hour: 10_000, max_sessions_per_user: 0, max_devices_per_user: 0 }
const secret = `dvz_sec_${'s'.repeat(43)}`
/** Several machines, since each application has a quota of live entries for single tokens. */
const machines = ['machine-1', 'machine-2', 'machine-3', 'machine-4']
const people = 40

/** Fills a database with users, machines whose tokens are revoked, and the application of the resource servers. */
async function furnish(database: Awaited<ReturnType<Awaited<ReturnType<typeof sharedMariaDb>>['create']>>) {
  const silent = () => {}
  const log = { debug: silent, info: silent, warn: silent, error: silent }
  const composed = await compose(testSettings(database), { log })
  await composed.migrate()
  await composed.parts.policies.policies.set({ password_cost: 4, ...policy }, 'system', 'bench')
  await composed.start()
  const { users, roles } = composed.parts.people
  const passwordHash = await bcrypt.hash(password, 4)
  const ids: number[] = []
  for (let index = 0; index < people; index++)
    ids.push((await users.importOne({ username: `user${index}`, passwordHash }, 'system')).id)
  await roles.create('clerk', ['orders:write'], 'system')
  // client_credentials tokens of machines are revoked one by one; their scope does not matter.
  const each = { grant_types: ['client_credentials'], client_secret: secret, scope: 'revocations:read' }
  const applications = [
    ...machines.map(client_id => ({ client_id, ...each })),
    { client_id: 'orders', introspects: [issuer], ...each },
  ]
  const options = { origin: 'file', actor: 'system', makesSecrets: false } as const
  await composed.parts.applications.applicationImport.run(applications, options)
  await composed.close()
  return ids
}

const database = await (await sharedMariaDb()).create()
const ids = await furnish(database)
const redis = options['no-redis'] ? null : await aRedis()
const settings: Record<string, string> = redis ? { REDIS_URL: redis.url } : {}
const servers = [await aServerProcess(database, null, settings), await aServerProcess(database, null, settings)]
const clients = servers.map(server => aClient(server))
const clientOf = (index: number) => clients[index % clients.length]!
const verifiers = await Promise.all(
  Array.from({ length: Number(options.verifiers) }, (_, index) =>
    aResourceServer({
      name: `verifier-${index + 1}`,
      serverUrl: servers[index % servers.length]!.url,
      clientId: 'orders',
      clientSecret: secret,
    }),
  ),
)
const first = await clients[0]!.signIn({ username: 'user0', password })
await Promise.all(verifiers.map(verifier => untilReady(verifier, first.access)))
console.log(
  `${verifiers.length} resource servers, 2 servers on MariaDB${redis ? ' with Redis' : ''}, ${atOnce} revocations at once`,
)

type Live = { access: string; end(): Promise<number> }

/** Alternately a session that its user ends, and an access token that its application revokes. */
async function aToken(index: number): Promise<Live> {
  const client = clientOf(index)
  if (index % 2 === 0) {
    const pair = await client.signIn({ username: `user${index % people}`, password })
    return {
      access: pair.access,
      end: async () => (await client.post('/api/token/blacklist/', { refresh: pair.refresh })).status,
    }
  }
  const headers = { ...inForm, ...basic(machines[(index >> 1) % machines.length]!, secret) }
  const form = (fields: Record<string, string>) => String(new URLSearchParams(fields))
  const { body } = await client.send('POST', '/oauth/token', {
    headers,
    body: form({ grant_type: 'client_credentials' }),
  })
  const access: string = body.access_token
  return {
    access,
    end: async () => (await client.send('POST', '/oauth/revoke', { headers, body: form({ token: access }) })).status,
  }
}

/** @returns ms from the answer until the refusal, for each resource server */
async function revokeOne(index: number): Promise<number[]> {
  const { access, end } = await aToken(index)
  const watched = await Promise.all(verifiers.map(verifier => verifier.watch(index, access)))
  let status = await end()
  // Retried after 503 on a busy machine, as a client would.
  while (status === 503) status = await end()
  const answered = instant()
  if (status !== 200) throw new Error(`a revocation was answered ${status}`)
  const refusals = await Promise.all(watched.map(({ refused }) => refused))
  const wrong = refusals.find(({ code }) => code !== 'session_ended' && code !== 'token_revoked')
  if (wrong) throw new Error(`refused as ${wrong.code}`)
  return refusals.map(({ begun }) => Math.max(0, begun - answered))
}

/** Adds a role and removes it again; a stale token is refreshed. @returns ms until the new permission is accepted */
async function changeRole(user: number, session: { pair: Pair }, verifier: ResourceServer): Promise<number> {
  const admin = await administrator
  const put = async (roles: string[]) => {
    const path = `/api/admin/users/${ids[user]}/roles/`
    for (;;) {
      const { status, text } = await clientOf(user).send('PUT', path, { json: { roles }, token: admin.access })
      if (status === 200) return
      if (status !== 503) throw new Error(`a role change was answered ${status} ${text}`)
    }
  }
  await put(['clerk'])
  const answered = instant()
  for (;;) {
    const begun = instant()
    const answer = await fetch(`${verifier.url}/orders?permission=orders:write`, {
      headers: { Authorization: `Bearer ${session.pair.access}` },
    })
    const { reason } = (await answer.json()) as { reason?: string }
    if (answer.status === 200) {
      await put([])
      return begun - answered
    }
    if (reason === 'token_stale') await refresh(user, session)
    else if (answer.status !== 403) throw new Error(`answered ${answer.status} ${reason}`)
    else await new Promise(resolve => setTimeout(resolve, 10))
    if (begun - answered > 10_000) throw new Error('no new rights after 10 s')
  }
}

let signOuts = 0
async function refresh(user: number, session: { pair: Pair }): Promise<void> {
  const { status, body } = await clientOf(user).refresh(session.pair.refresh)
  if (status === 200) session.pair = { ...session.pair, ...body }
  else if (status !== 503) signOuts++
}

async function inLanes(
  count: number,
  lanes: number,
  work: (index: number, lane: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const oneLane = async (lane: number) => {
    while (next < count) await work(next++, lane)
  }
  await Promise.all(Array.from({ length: lanes }, (_, lane) => oneLane(lane)))
}

const spread = (times: readonly number[]) => quantiles(times, 0.5, 0.99, 1).join(' / ')

const times: number[] = []
await inLanes(Number(options.revocations), atOnce, async index => {
  times.push(...(await revokeOne(index)))
})
console.log(
  `${options.revocations} revocations, answered to refused: p50 / p99 / max ${spread(times)} ms (goal p99 150)`,
)

// Signed in only now: role changes require a sign-in within the last five minutes.
const administrator = clients[0]!.signIn({ username: 'admin', password })
const inForce: number[] = []
const sessions = await Promise.all(
  Array.from({ length: people }, async (_, user) => ({
    pair: await clientOf(user).signIn({ username: `user${user}`, password }),
  })),
)
await inLanes(Number(options.roles), Math.min(atOnce, people), async (index, lane) => {
  inForce.push(await changeRole(lane, sessions[lane]!, verifiers[index % verifiers.length]!))
})
console.log(
  `${options.roles} role changes, answered to new rights in force: p50 / p99 / max ${spread(inForce)} ms, sign-outs ${signOuts}`,
)

for (const verifier of verifiers) verifier.kill()
await killProcesses()
await stopRedises()
await stopSharedMariaDb()
removeFolders()
process.exit(0)
