// The cost of one user with very many open sessions and devices: `npm run bench:many-sessions -- [--sessions 50000]
// [--devices 10000] [--runs 20] [--engine sqlite|mariadb]`. `ms` is the latency for the caller, `stall` the longest
// delay of the event loop. Passwords are hashed at the lowest cost, so that a sign-in measures the database.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { aClient } from '../support/client.js'
import { aCrowd } from '../support/crowd.js'
import { engines, removeFolders } from '../support/engines.js'
import { stopSharedMariaDb } from '../support/mariadb.js'
import { aServer, closeServers, manyGuesses, password, stopSharedHashing } from '../support/server.js'
import { aVisitor } from '../support/visitor.js'

const { values: options } = parseArgs({
  options: {
    sessions: { type: 'string', default: '50000' },
    devices: { type: 'string', default: '10000' },
    runs: { type: 'string', default: '20' },
    engine: { type: 'string' },
  },
})
const runs = Number(options.runs)

for (const engine of engines()) {
  if (options.engine && engine.name.toLowerCase() !== options.engine) continue
  console.log(`\n${engine.name}: ${options.sessions} sessions on ${options.devices} devices`)
  console.log('| what | p50 ms | max ms | stall ms |\n|---|---|---|---|')
  const server = await aServer({ engine, policy: manyGuesses })
  const client = aClient(server)
  const amy = await server.aUser({ username: 'amy' })
  await aCrowd(server, amy.id, { devices: Number(options.devices), sessions: Number(options.sessions) })
  const ben = await server.aUser({ username: 'ben' })
  const admin = (await client.signIn({ username: 'admin', password })).access
  const administrator = aVisitor(server)
  await administrator.signIn({ username: 'admin', password })
  const own = aVisitor(server)

  await measure('sign-in of somebody else', () => client.signIn(ben))
  await measure('sign-in', () => client.signIn(amy))
  await own.signIn(amy)
  let { access, refresh, device_token } = await client.signIn(amy)
  await measure('sign-in on a known device', async () => {
    ;({ access, refresh } = await client.signIn(amy, { device_token }))
  })
  await measure('refresh', async () => {
    refresh = (await client.refresh(refresh)).body.refresh
  })
  await measure('/api/me/sessions/', () => get('/api/me/sessions/', access))
  await measure('/api/me/sessions/ counted', () => get('/api/me/sessions/?count=true', access))
  await measure('/api/me/devices/', () => get('/api/me/devices/', access))
  await measure('/api/admin/users/ID/sessions/', () => get(`/api/admin/users/${amy.id}/sessions/`, admin))
  await measure('/api/admin/users/ID/devices/', () => get(`/api/admin/users/${amy.id}/devices/`, admin))
  await measure('page of the user', () => administrator.open(`/admin/users/${amy.id}`))
  await measure('page of own devices', () => own.open('/account/devices'))
  await measure('end all other devices', async () => status(await client.delete('/api/me/devices/', access), 204), 1)
  await measure('their rows are marked', marked, 1)
  await closeServers()

  async function get(path: string, token: string): Promise<void> {
    status(await client.get(path, token), 200)
  }

  async function marked(): Promise<void> {
    for (;;) {
      const rows = await server.composed.parts.storage.database.read(
        'SELECT s.id FROM session s WHERE s.user_id = ? AND s.ended_at IS NULL LIMIT 1 OFFSET 2',
        [amy.id],
      )
      if (rows.length === 0) return
      await new Promise(resolve => setTimeout(resolve, 5))
    }
  }
}
await stopSharedHashing()
await stopSharedMariaDb()
removeFolders()

function status(answer: { status: number }, wanted: number): void {
  if (answer.status !== wanted) throw new Error(`answered ${answer.status}`)
}

async function measure(what: string, work: () => Promise<unknown>, times = runs): Promise<void> {
  const took: number[] = []
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  for (let run = 0; run < times; run++) {
    const since = performance.now()
    await work()
    took.push(performance.now() - since)
  }
  delay.disable()
  took.sort((a, b) => a - b)
  const cells = [took[Math.floor(times / 2)]!, took.at(-1)!, delay.max / 1e6].map(ms => ms.toFixed(1))
  console.log(`| ${[what, ...cells].join(' | ')} |`)
}
