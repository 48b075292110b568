// P3: servers, database and Redis are killed while good clients refresh, sign in and sign out, half of them by the API
// and half as users of an application. No session that was answered is lost, and no revocation.
import type { Answer, Pair } from '../../support/client.js'
import { pause } from './asking.js'
import type { Person } from './control.js'
import { aGoodClient, type GoodClient, told } from './good-client.js'
import { bound } from './judge.js'
import { killAgainAndAgain } from './killers.js'
import { instant } from './ledger.js'
import { aRandom, type Random } from './random.js'
import type { Server } from './server.js'
import { apiWay, signInBy, type Way } from './ways.js'
import { healthy, type World } from './world.js'

/** Sessions that live through all kills, and users who sign in and out meanwhile. */
const living = 24
const visitors = 4

/** A session whose end was answered. */
type Ended = Pair & { way: Way; at: number }

const byCode = (some: readonly { way: Way }[]) => some.filter(({ way }) => way.name === 'code').length

/** @returns whether the promise held */
export async function runP3(world: World, kills: number, seed: number, say: (line: string) => void): Promise<boolean> {
  const { servers, control } = world
  const random = aRandom(seed, 'p3')
  const ways: readonly Way[] = [apiWay, world.own, apiWay, world.asking]
  const wayOf = (index: number) => ways[index % ways.length]!
  const people = await Promise.all(Array.from({ length: living }, () => control.aPerson()))
  const clients = await Promise.all(
    people.map(async (person, index) => {
      const way = wayOf(index)
      const pair = await signInBy(way, servers, person, random)
      return aGoodClient(pair, servers, aRandom(seed, 'client', index), way)
    }),
  )
  const wrong: string[] = []
  const revived: string[] = []
  const ended: Ended[] = []
  const signedIn: GoodClient[] = []
  /** Clients that have sent a sign-out, whatever its answer was. */
  const leaving = new Set<GoodClient>()
  let stop = false
  const over = () => stop

  const load = [
    ...clients.map((client, index) => keepRefreshing(client, aRandom(seed, 'pace', index))),
    ...people
      .slice(0, visitors)
      .map((person, index) => comeAndGo(person, wayOf(index), aRandom(seed, 'visitor', index))),
    lookBack(aRandom(seed, 'look back')),
  ]
  const began = instant()
  const killed = await killAgainAndAgain(world, {
    count: kills,
    seed,
    progress: () => clients.reduce((all, one) => all + one.refreshed, 0),
    killed(sofar) {
      if (sofar % 100 === 0) say(`${sofar} kills`)
    },
  })
  const seconds = Math.round((instant() - began) / 1000)
  stop = true
  await Promise.all(load)
  await healthy(world)

  // Everything that was ever answered is checked again after the recovery.
  await pause(bound)
  const stayed = signedIn.filter(client => !leaving.has(client))
  for (const client of [...clients, ...stayed]) await client.refresh(() => false)
  for (const one of ended) for (const server of servers) await requireEnded(one, server)

  const lost = [...clients, ...signedIn].flatMap(client => client.signedOut)
  const sum = (of: (client: GoodClient) => number) => [...clients, ...signedIn].reduce((all, one) => all + of(one), 0)
  for (const line of [...lost, ...wrong, ...revived].slice(0, 20)) say(`Wrong: ${line}`)
  for (const line of world.accidents()) say(`Accident: ${line}`)
  say(
    `P3: kill -9 of ${[...killed].map(([name, times]) => `${name} ${times}`).join(', ')}, in ${seconds} s, under load:`,
  )
  say(
    `    ${sum(one => one.refreshed)} refreshes answered, ${sum(one => one.triedAgain)} tried again, ` +
      `${signedIn.length} sign-ins and ${ended.length} sign-outs answered (by code ${byCode(signedIn)} and ${byCode(ended)}),`,
  )
  say(`    longest wait of a client for its answer ${Math.round(Math.max(...clients.map(one => one.longestWait)))} ms`)
  say(`    sessions lost ${lost.length}, refused wrongly ${wrong.length}, revocations lost ${revived.length}`)
  return [lost, wrong, revived, world.accidents()].every(list => list.length === 0)

  async function keepRefreshing(client: GoodClient, random: Random): Promise<void> {
    while (!stop && (await client.refresh(over))) {
      const server = random.pick(servers)
      const answer = await client.way.verify(server, client.pair.access).catch(() => null)
      if (answer && ![200, 503].includes(answer.status))
        wrong.push(`${server.name}, ${client.way.name}: verify ${told(answer)}`)
      await pause(random.between(0, 60))
    }
  }

  /** Signs in, refreshes and signs out in a loop; each is retried until it is answered. */
  async function comeAndGo(person: Person, way: Way, random: Random): Promise<void> {
    while (!stop) {
      const signIn = () => way.signIn(() => random.pick(servers), person)
      const pair = await untilAnswered(random, signIn, `sign-in by ${way.name}`)
      if (!pair) continue
      const client = aGoodClient(pair, servers, random, way)
      signedIn.push(client)
      if (!(await client.refresh(over))) continue
      const { refresh } = client.pair
      leaving.add(client)
      if (await untilAnswered(random, server => way.signOut(server, refresh), 'sign-out'))
        ended.push({ ...client.pair, way, at: instant() })
      await pause(random.between(0, 200))
    }
  }

  async function untilAnswered(random: Random, send: (server: Server) => Promise<Answer>, what: string) {
    while (!stop) {
      const server = random.pick(servers)
      const answer = await send(server).catch(() => null)
      if (answer?.status === 200) return answer.body || true
      // The previous try was carried out, and its answer was lost.
      if (answer?.body?.reason === 'session_ended' && what === 'sign-out') return answer.body
      if (answer && answer.status !== 503) {
        wrong.push(`${server.name}: ${what} ${told(answer)}`)
        return null
      }
      await pause(random.between(20, 100))
    }
    return null
  }

  /** A session that ended more than `bound` ms ago stays ended, whatever has been killed since. */
  async function lookBack(random: Random): Promise<void> {
    while (!stop) {
      await pause(50)
      const old = ended.filter(one => instant() > one.at + bound)
      const server = random.pick(servers)
      if (old.length > 0) await requireEnded(random.pick(old), server, true)
    }
  }

  async function requireEnded({ access, refresh, way }: Ended, server: Server, mayFail = false): Promise<void> {
    for (const [what, send] of [
      ['verify', () => way.verify(server, access)],
      ['refresh', () => way.refresh(server, refresh)],
    ] as const) {
      const answer = await send().catch(() => null)
      if (answer?.status === 401 || (mayFail && (answer === null || answer.status === 503))) continue
      revived.push(`${server.name}, ${way.name}: ${what} of an ended session ${answer ? told(answer) : 'unanswered'}`)
    }
  }
}
