// P6: roles change under load in a third process, as on the command line. No session ends; the old access tokens are
// refused as stale, and a refresh has the new roles.
import { aClient, claimsOf } from '../../support/client.js'
import { pause } from './asking.js'
import { actor, insist, type Person } from './control.js'
import { aGoodClient, type GoodClient, told } from './good-client.js'
import { instant } from './ledger.js'
import { aRandom, type Random } from './random.js'
import type { Server } from './server.js'
import { spread } from './table.js'
import { apiWay, signInBy } from './ways.js'
import type { World } from './world.js'

/** Users whose roles change, each with a client that refreshes, and other users who refresh meanwhile. */
const changing = 10
const beside = 20

/** Interval of the checks for staleness, in ms; they end after `patience`. */
const gap = 10
const patience = 10_000

/** @returns whether the promise held */
export async function runRoles(
  world: World,
  count: number,
  seed: number,
  say: (line: string) => void,
): Promise<boolean> {
  const { servers, control } = world
  const wrong: string[] = []
  const stale: number[] = []
  const inForce: number[] = []
  let left = count
  let stop = false

  async function aSession(index: number): Promise<{ person: Person; client: GoodClient; random: Random }> {
    const random = aRandom(seed, 'roles', index)
    const person = await control.aPerson()
    const way = index % 2 === 0 ? apiWay : world.own
    return { person, random, client: aGoodClient(await signInBy(way, servers, person, random), servers, random, way) }
  }
  const sessions = await Promise.all(Array.from({ length: changing + beside }, (_, index) => aSession(index)))

  async function changeAgainAndAgain({ person, client, random }: (typeof sessions)[number]): Promise<void> {
    for (let turn = 0; left-- > 0; turn++) {
      const roles = turn % 2 === 0 ? ['support'] : []
      const old = client.pair.access
      await insist(() => control.parts.people.users.setRoles(person.id, roles, actor))
      const changed = instant()
      // The client uses the token until it is refused as stale, then refreshes.
      const times = await Promise.all(servers.map(server => untilStale(server, old, changed)))
      stale.push(...times)
      if (!(await client.refresh(() => false))) return
      const { access } = client.pair
      inForce.push(instant() - changed)
      if (claimsOf(access).roles.join() !== roles.join()) wrong.push(`a refresh after the change has the old roles`)
      const server = random.pick(servers)
      const answer = await aClient(server).get('/api/me/', access)
      if (answer.status !== 200) wrong.push(`${server.name}: the new token is answered ${told(answer)}`)
      else if (answer.body.roles.join() !== roles.join()) wrong.push(`${server.name}: shows the old roles`)
      await pause(random.between(0, 100))
    }
  }

  async function untilStale(server: Server, access: string, changed: number): Promise<number> {
    while (instant() < changed + patience) {
      const begun = instant()
      const answer = await aClient(server).get('/api/me/', access)
      if (answer.status === 401 && answer.body.reason === 'token_stale') return begun - changed
      if (answer.status !== 200) wrong.push(`${server.name}: the old token is answered ${told(answer)}`)
      await pause(gap)
    }
    wrong.push(`${server.name}: the old token is still taken after ${patience} ms`)
    return Number.POSITIVE_INFINITY
  }

  async function keepRefreshing({ client, random }: (typeof sessions)[number]): Promise<void> {
    while (!stop && (await client.refresh(() => stop))) {
      const answer = await client.way.verify(random.pick(servers), client.pair.access)
      if (answer.status !== 200) wrong.push(`a bystander's token is answered ${told(answer)}`)
      await pause(random.between(0, 50))
    }
  }

  const load = sessions.slice(changing).map(keepRefreshing)
  await Promise.all(sessions.slice(0, changing).map(changeAgainAndAgain))
  stop = true
  await Promise.all(load)

  const signedOut = sessions.flatMap(one => one.client.signedOut)
  for (const line of [...signedOut, ...wrong].slice(0, 20)) say(`Wrong: ${line}`)
  const refreshed = sessions.reduce((sum, one) => sum + one.client.refreshed, 0)
  say(
    `P6: ${inForce.length} role changes under ${refreshed} refreshes: sign-outs ${signedOut.length}, wrong answers ${wrong.length}`,
  )
  say(`    the old token is refused as stale at a server after p50/p99/max ${spread(stale)} ms,`)
  say(`    a client that was told so has the new roles after ${spread(inForce)} ms`)
  return signedOut.length === 0 && wrong.length === 0 && world.accidents().length === 0
}
