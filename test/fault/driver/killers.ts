// kill -9 at random instants, each target by its own random numbers: now and then several are down together. Between
// two kills some requests must be served: a system that never comes up proves nothing.
import { pause } from './asking.js'
import { instant } from './ledger.js'
import { aRandom, type Random } from './random.js'
import type { World } from './world.js'

type Target = {
  name: string
  kill(): Promise<void>
  start(): Promise<void>
  mayDieAtStart: boolean
  /** The shortest and longest time that it lives before it is killed, in ms. */
  life: readonly [from: number, to: number]
}

/** How long it stays dead, in ms. */
const death = [0, 150] as const
/** How many requests are served between one kill and the next. */
const served = [1, 60] as const
/** Without a served request for so long, in ms, the system counts as down for good. */
const patience = 180_000

export type Killing = {
  count: number
  seed: number
  /** How many requests were served so far. */
  progress: () => number
  /** Called after each kill with the number of kills so far. */
  killed: (sofar: number) => void
}

/** Kills `count` times, and leaves everything running. @returns how often each target was killed */
export async function killAgainAndAgain(world: World, killing: Killing): Promise<Map<string, number>> {
  const kills = new Map<string, number>()
  let left = killing.count
  let servedAtLastKill = killing.progress()
  const taken = () => left-- > 0

  async function killer(target: Target, random: Random): Promise<void> {
    for (;;) {
      await pause(random.between(...target.life))
      await someServed(random.between(...served))
      if (!taken()) return
      await kill(target)
      await pause(random.between(...death))
      const started = target.start()
      // Some are killed while they start, halfway through a migration check or a key.
      if (target.mayDieAtStart && random.next() < 0.25) {
        await pause(random.between(50, 800))
        if (taken()) await kill(target)
      }
      await started
    }
  }

  async function someServed(least: number): Promise<void> {
    const until = instant() + patience
    while (killing.progress() < servedAtLastKill + least) {
      if (instant() > until) throw new Error(`nobody was served for ${patience / 1000} s`)
      await pause(5)
    }
  }

  async function kill(target: Target): Promise<void> {
    servedAtLastKill = killing.progress()
    await target.kill()
    kills.set(target.name, (kills.get(target.name) ?? 0) + 1)
    killing.killed([...kills.values()].reduce((sum, times) => sum + times, 0))
  }

  await Promise.all(targets(world).map(target => killer(target, aRandom(killing.seed, 'killer', target.name))))
  return kills
}

function targets({ servers, mariaDb, redis }: World): Target[] {
  const stores = [
    { name: 'database', kill: mariaDb.kill, start: mariaDb.restart },
    ...(redis ? [{ name: 'Redis', kill: redis.kill, start: redis.restart }] : []),
  ]
  return [
    ...servers.map(({ name, kill, start }): Target => {
      return { name: `server ${name}`, kill, start, mayDieAtStart: true, life: [0, 500] }
    }),
    ...stores.map((store): Target => ({ ...store, mayDieAtStart: false, life: [300, 3_000] })),
  ]
}
