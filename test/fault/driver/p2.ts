// P2: one refresh token spent a hundred times at once at two servers, then its successor, and so on: the chain must
// never fork.
import { quantiles, refreshAtOnce } from '../../support/bursts.js'
import { claimsOf } from '../../support/client.js'
import { told } from './good-client.js'
import { aRandom } from './random.js'
import { apiWay, signInBy, type Way } from './ways.js'
import type { World } from './world.js'

const parallel = 100

/** Spends chains of an API session and of an application's session. @returns whether the promise held */
export async function runP2(world: World, rounds: number, say: (line: string) => void): Promise<boolean> {
  const held: boolean[] = []
  for (const way of [apiWay, world.own]) held.push(await spendChain(world, way, rounds, say))
  return held.every(Boolean)
}

async function spendChain(world: World, way: Way, rounds: number, say: (line: string) => void): Promise<boolean> {
  const urls = world.servers.map(server => server.url)
  const person = await world.control.aPerson()
  let { refresh, access } = await signInBy(way, world.servers, person, aRandom(1, way.name))
  const { sid } = claimsOf(access)
  let forks = 0
  const failures: string[] = []
  const times: number[] = []
  for (let round = 1; round <= rounds; round++) {
    const timed = await refreshAtOnce(urls, refresh, parallel, way.refresh)
    times.push(...timed.map(one => one.ms))
    const good = timed.map(one => one.answer).filter(answer => answer.status === 200)
    failures.push(...timed.filter(one => one.answer.status !== 200).map(one => told(one.answer)))
    const successors = new Set<string>(good.map(answer => answer.body.refresh))
    forks += successors.size - 1
    if ((await generationOf(world, sid)) !== round + 1) failures.push(`round ${round}: not one step`)
    ;[refresh] = successors as unknown as [string]
  }
  const [p50, p99, worst] = quantiles(times, 0.5, 0.99, 1)
  for (const failure of failures.slice(0, 20)) say(`Failure: ${failure}`)
  say(
    `P2, ${way.name}: ${rounds} × ${parallel} refreshes of one token over two servers: forks ${forks}, failures ${failures.length},`,
  )
  say(`    p50/p99/max ${p50}/${p99}/${worst} ms`)
  return forks === 0 && failures.length === 0
}

async function generationOf({ control }: World, sid: string): Promise<number> {
  const sql = 'SELECT generation FROM session WHERE id = ?'
  const [row] = await control.parts.storage.database.read<{ generation: number }>(sql, [sid])
  return row!.generation
}
