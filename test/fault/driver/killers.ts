// kill -9 at random instants, again and again, each target by its own dice: now and then several are down together.
import { waitFor } from '../../support/mariadb.js'
import { pause } from './asking.js'
import { aRandom, type Random } from './random.js'
import type { World } from './world.js'

type Target = {
  name: string
  kill(): Promise<void>
  start(): Promise<void>
  mayDieAtStart: boolean
  /** How long it serves before it is killed, in ms. */
  life: readonly [from: number, to: number]
  /** When that begins to count, if not at its start. */
  settled?: () => Promise<void>
}

/** How long it stays dead, in ms. */
const death = [0, 150] as const

/**
 * Kills until `count` kills are done, and leaves everything running.
 * @param killed is told how many it has been so far
 * @returns how often each target was killed
 */
export async function killAgainAndAgain(
  world: World,
  count: number,
  seed: number,
  killed: (sofar: number) => void,
): Promise<Map<string, number>> {
  const kills = new Map<string, number>()
  let left = count
  const taken = () => left-- > 0

  async function killer(target: Target, random: Random): Promise<void> {
    const kill = async () => {
      await target.kill()
      kills.set(target.name, (kills.get(target.name) ?? 0) + 1)
      killed([...kills.values()].reduce((sum, times) => sum + times, 0))
    }
    for (;;) {
      await target.settled?.()
      await pause(random.between(...target.life))
      if (!taken()) return
      await kill()
      await pause(random.between(...death))
      const started = target.start()
      // Some die while they start: with the schema half looked at, a key half made.
      if (target.mayDieAtStart && random.next() < 0.25) {
        await pause(random.between(50, 800))
        if (taken()) await kill()
      }
      await started
    }
  }

  await Promise.all(targets(world).map(target => killer(target, aRandom(seed, 'killer', target.name))))
  return kills
}

function targets({ servers, mariaDb, redis }: World): Target[] {
  // Without a database no server starts: one that dies at once would leave nobody to be killed, and nobody to answer.
  const someServer = async () =>
    void (await Promise.any(servers.map(server => waitFor(() => fetch(server.url), 120_000))))
  const database = { kill: mariaDb.kill, start: mariaDb.restart, settled: someServer }
  return [
    ...servers.map(({ name, kill, start }): Target => {
      return { name: `server ${name}`, kill, start, mayDieAtStart: true, life: [0, 800] }
    }),
    { name: 'database', ...database, mayDieAtStart: false, life: [300, 3_000] },
    ...(redis
      ? [{ name: 'Redis', kill: redis.kill, start: redis.restart, mayDieAtStart: false, life: [500, 3_000] as const }]
      : []),
  ]
}
