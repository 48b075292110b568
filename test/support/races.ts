// Experiments of the race lab: browser tabs that refresh an expired token at the same time while responses are lost,
// the same without our client, and refresh token theft. Each returns counts.
import { setTimeout as pause } from 'node:timers/promises'
import { type Answer, aClient, claimsOf, type Pair } from './client.js'
import type { LosingGateway } from './losing-gateway.js'
import type { Tabs } from './tabs.js'

type Person = { username: string; password: string }

export type RaceResult = {
  rounds: number
  /** Refresh requests that reached servers, rotations of the session, and lost responses among them. */
  refreshes: number
  steps: number
  lost: number
  /** Responses with the current token to requests with a token spent within the grace. */
  graceAnswers: number
  calls: number
  /** Results of calls that were not answered with 200. */
  failed: string[]
  signedOut: string[]
}

const refreshPath = '/api/token/refresh/'

/** Longer than the lifetime of an access token, ms. */
export const overnight = 61 * 60_000

/** All tabs make a call at once with an expired access token, `rounds` times. */
export async function race(
  { tabs, advance }: Tabs,
  gateway: LosingGateway,
  rounds: number,
  person: Person,
  say: (line: string) => void = () => {},
): Promise<RaceResult> {
  await tabs[0]!.signIn(person)
  const failed: string[] = []
  for (let round = 0; round < rounds; round++) {
    await advance(overnight)
    for (const told of await Promise.all(tabs.map(tab => tab.call()))) if (told !== 200) failed.push(String(told))
    if ((round + 1) % 10 === 0) say(`  round ${round + 1}: ${failed.length} calls failed`)
  }
  const held = await tabs[0]!.held()
  const steps = held === null ? Number.NaN : claimsOf(held).gen - 1
  const good = gateway.statuses.get(`${refreshPath} 200`) ?? 0
  return {
    ...{ rounds, failed, steps },
    refreshes: gateway.carried.get(refreshPath) ?? 0,
    lost: gateway.lost.get(refreshPath) ?? 0,
    graceAnswers: good - steps,
    calls: rounds * tabs.length,
    signedOut: (await Promise.all(tabs.map(tab => tab.signedOut()))).flat(),
  }
}

/**
 * The same race without our client, as many programs are written: each tab refreshes by itself with the token it has
 * read, the last response is stored, and any failure is treated as the end of the session.
 * @returns how often the user had to sign in again
 */
export async function naiveRace(url: string, count: number, rounds: number, person: Person): Promise<number> {
  const client = aClient({ url, hasMore: true })
  const signIn = async (): Promise<Pair> => {
    for (;;) {
      const pair = await client.signIn(person).catch(() => null)
      if (pair) return pair
    }
  }
  let stored = (await signIn()).refresh
  let signIns = 0
  for (let round = 0; round < rounds; round++) {
    const read = stored
    const answers = await Promise.all(Array.from({ length: count }, () => client.refresh(read).catch(() => null)))
    const good = answers.filter(answer => answer?.status === 200)
    if (good.length < count) {
      signIns++
      stored = (await signIn()).refresh
    } else stored = good.at(-1)!.body.refresh
  }
  return signIns
}

export type TheftResult = { thefts: number; caught: number; ended: number; bystanders: number; bystandersLive: number }

/**
 * Sends the spent refresh token of each session after the grace, as a thief would; a second session of each person must
 * live on.
 * @param wait for twice the grace
 */
export async function theft(url: string, people: readonly Person[], wait: () => Promise<void>): Promise<TheftResult> {
  const client = aClient({ url, hasMore: true })
  const sessions = []
  for (const person of people) {
    const [victim, bystander] = [await client.signIn(person), await client.signIn(person)]
    sessions.push({ stolen: victim.refresh, bystander, own: (await client.refresh(victim.refresh)).body as Pair })
  }
  await wait()
  const told = await Promise.all(sessions.map(({ stolen }) => client.refresh(stolen)))
  const own = await Promise.all(sessions.map(session => client.refresh(session.own.refresh)))
  const others = await Promise.all(sessions.map(({ bystander }) => client.refresh(bystander.refresh)))
  const count = (answers: Answer[], is: (answer: Answer) => boolean) => answers.filter(is).length
  return {
    thefts: sessions.length,
    caught: count(told, ({ status, body }) => status === 401 && body.reason === 'token_reused'),
    ended: count(own, ({ status }) => status === 401),
    bystanders: sessions.length,
    bystandersLive: count(others, ({ status }) => status === 200),
  }
}

export const seconds = (count: number) => () => pause(count * 1000)
