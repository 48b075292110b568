// P2: a refresh token is spent once, however many requests send it at the same time.
import { expect } from 'chai'
import type { Database } from '../../server/storage/database.js'
import { quantiles, refreshAtOnce, trials } from '../support/bursts.js'
import { aClient, claimsOf } from '../support/client.js'
import { anOpen } from '../support/database.js'
import { onEachEngine, onMariaDb } from '../support/engines.js'
import { aServerProcess } from '../support/processes.js'
import { password } from '../support/server.js'

const rounds = trials(20)
const parallel = 100

/** Bursts of refreshes of one token, then of its successor, and so on: a chain that must never fork. */
async function burst(urls: string[], database: Database, where: string): Promise<void> {
  const client = aClient({ url: urls[0]! })
  const first = await client.signIn({ username: 'admin', password })
  const { sid } = claimsOf(first.access)
  const generationOf = async () =>
    (await database.read<{ generation: number }>('SELECT generation FROM session WHERE id = ?', [sid]))[0]!.generation

  let refresh = first.refresh
  let forks = 0
  const failures: string[] = []
  const times: number[] = []
  for (let round = 1; round <= rounds; round++) {
    const timed = await refreshAtOnce(urls, refresh, parallel)
    times.push(...timed.map(one => one.ms))
    const good = timed.map(one => one.answer).filter(answer => answer.status === 200)
    failures.push(
      ...timed.filter(one => one.answer.status !== 200).map(({ answer }) => `${answer.status} ${answer.text}`),
    )
    const successors = new Set(good.map(answer => answer.body.refresh))
    forks += successors.size - 1
    expect(await generationOf(), 'one step each').to.equal(round + 1)
    refresh = [...successors][0]
    expect(claimsOf(refresh).gen).to.equal(round + 1)
    expect(new Set(good.map(answer => claimsOf(answer.body.access).sid))).to.deep.equal(new Set([sid]))
  }
  const [p50, p99] = quantiles(times, 0.5, 0.99)
  console.log(
    `      P2: ${rounds} × ${parallel} on ${where}: forks ${forks}, failures ${failures.length}, p50/p99 ${p50}/${p99} ms`,
  )
  expect(forks).to.equal(0)
  expect(failures).to.deep.equal([])

  for (const url of urls) {
    const next = await aClient({ url }).refresh(refresh)
    expect(next.status, 'the chain goes on').to.equal(200)
    refresh = next.body.refresh
    expect((await aClient({ url }).verify(next.body.access)).status).to.equal(200)
  }
}

onEachEngine('P2: one refresh token sent a hundred times at once to one process', engine => {
  it('rotates once and gives all requests one successor', async () => {
    const settings = await engine.migrated()
    const server = await aServerProcess(settings)
    await burst([server.url], await anOpen(settings), `${engine.name}, one process`)
    expect(server.complaints).to.deep.equal([])
  }).timeout(60_000)
})

onMariaDb('P2: one refresh token sent a hundred times at once to two processes', engine => {
  it('rotates once and gives all requests one successor', async () => {
    const settings = await engine.migrated()
    const servers = await Promise.all([aServerProcess(settings), aServerProcess(settings)])
    await burst(
      servers.map(server => server.url),
      await anOpen(settings),
      'MariaDB over two processes',
    )
    expect(servers.flatMap(server => server.complaints)).to.deep.equal([])
  }).timeout(60_000)
})
