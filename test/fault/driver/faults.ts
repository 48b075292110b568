// The faults, one row each: how a fault is injected at a random instant, and how it is lifted. A fault that ends at
// once (a FLUSHALL) has nothing to lift.
import { waitFor } from '../../support/mariadb.js'
import { pause } from './asking.js'
import type { Random } from './random.js'
import type { Cast, World } from './world.js'

/** Lifts the fault; resolves when a killed process serves again. */
type Lift = () => Promise<void>

export type Fault = {
  what: string
  cast: Cast
  needs?: 'redis' | 'verifiers'
  /** How long the fault lasts, in ms: drawn from this range. */
  hold: readonly [from: number, to: number]
  /** Runs before the round begins. */
  prepare?: (world: World) => Promise<void>
  inject: (world: World, random: Random) => Promise<Lift>
}

const nothing: Lift = async () => {}
const short = [0, 1_000] as const
const long = [300, 4_000] as const

export const faults = {
  none: { what: 'No fault', cast: 'plain', hold: [0, 0], inject: async () => nothing },
  'server-killed': {
    what: 'kill -9 of one server, which is started again',
    cast: 'plain',
    hold: short,
    async inject({ servers }, random) {
      const server = random.pick(servers)
      await server.kill()
      return () => server.start()
    },
  },
  'servers-killed': {
    what: 'kill -9 of both servers',
    cast: 'plain',
    hold: short,
    async inject({ servers }) {
      await Promise.all(servers.map(server => server.kill()))
      return async () => void (await Promise.all(servers.map(server => server.start())))
    },
  },
  'server-stopped': {
    what: 'SIGSTOP of one server, SIGCONT',
    cast: 'plain',
    hold: long,
    async inject({ servers }, random) {
      const server = random.pick(servers)
      server.hang()
      return async () => server.goOn()
    },
  },
  'database-killed': {
    what: 'kill -9 of the database',
    cast: 'plain',
    hold: short,
    async inject({ mariaDb }) {
      await mariaDb.kill()
      return () => mariaDb.restart()
    },
  },
  'database-stopped': {
    what: 'SIGSTOP of the database, SIGCONT',
    cast: 'plain',
    hold: long,
    async inject({ mariaDb }) {
      mariaDb.hang()
      return async () => mariaDb.goOn()
    },
  },
  'redis-killed': {
    what: 'kill -9 of Redis, which comes back empty',
    cast: 'plain',
    needs: 'redis',
    hold: short,
    async inject({ redis }) {
      await redis!.kill()
      return () => redis!.restart()
    },
  },
  'redis-stopped': {
    what: 'SIGSTOP of Redis, SIGCONT',
    cast: 'plain',
    needs: 'redis',
    hold: long,
    async inject({ redis }) {
      redis!.hang()
      return async () => redis!.goOn()
    },
  },
  'redis-flushed': {
    what: 'FLUSHALL, again and again',
    cast: 'plain',
    needs: 'redis',
    hold: long,
    async inject({ redis }, random) {
      let over = false
      const flushing = (async () => {
        while (!over) {
          await redis!.flush()
          await pause(random.between(1, 300))
        }
      })()
      return async () => {
        over = true
        await flushing
      }
    },
  },
  'redis-old': {
    what: 'Redis restored from a dump of before',
    cast: 'plain',
    needs: 'redis',
    hold: [0, 0],
    prepare: ({ redis }) => redis!.dump(),
    async inject({ redis }) {
      await redis!.restore()
      return nothing
    },
  },
  'redis-full': {
    what: 'Redis full (noeviction)',
    cast: 'plain',
    needs: 'redis',
    hold: long,
    async inject({ redis }) {
      // In a storm Redis may be down, and is then not filled; while it restarts, emptying must be retried.
      await redis!.fill().catch(() => {})
      return () => waitFor(() => redis!.empty())
    },
  },
  'cut-database': {
    what: 'One server cut off from the database',
    cast: 'cut',
    hold: long,
    inject: ({ namespace }) => cut(namespace!.links.database),
  },
  'cut-redis': {
    what: 'One server cut off from Redis',
    cast: 'cut',
    needs: 'redis',
    hold: long,
    inject: ({ namespace }) => cut(namespace!.links.redis),
  },
  'cut-both': {
    what: 'One server cut off from database and Redis',
    cast: 'cut',
    needs: 'redis',
    hold: long,
    inject: ({ namespace }) => cut(namespace!.links.database, namespace!.links.redis),
  },
  'verifiers-killed': {
    what: 'kill -9 of some resource servers, which are started again',
    cast: 'plain',
    needs: 'verifiers',
    hold: short,
    async inject({ verifiers }, random) {
      const some = aHalf(verifiers, random)
      await Promise.all(some.map(one => one.kill()))
      return async () => void (await Promise.all(some.map(one => one.start())))
    },
  },
  'verifiers-stopped': {
    what: 'SIGSTOP of half of the resource servers, SIGCONT',
    cast: 'plain',
    needs: 'verifiers',
    hold: long,
    async inject({ verifiers }, random) {
      const some = aHalf(verifiers, random)
      for (const one of some) one.hang()
      return async () => {
        for (const one of some) one.goOn()
      }
    },
  },
  'verifiers-cut': {
    what: 'Half of the resource servers cut off from the servers',
    cast: 'plain',
    needs: 'verifiers',
    hold: long,
    async inject({ verifiers }, random) {
      const lines = aHalf(verifiers, random).map(one => one.line)
      for (const line of lines) line.cut()
      return async () => {
        for (const line of lines) line.mend()
      }
    },
  },
  'streams-held': {
    what: 'A proxy that holds back the streams of half of the resource servers',
    cast: 'plain',
    needs: 'verifiers',
    hold: long,
    async inject({ verifiers }, random) {
      const lines = aHalf(verifiers, random).map(one => one.line)
      for (const line of lines) line.holdStreams()
      return async () => {
        for (const line of lines) line.letGo()
      }
    },
  },
  clock: {
    what: "One server's wall clock stepped, there and back",
    cast: 'clock',
    hold: long,
    async inject({ clock }, random) {
      const step = random.pick([2, 30, 600, 7_200, 86_400])
      clock!.set(random.pick([step, -step]))
      return async () => clock!.set(0)
    },
  },
  storm: {
    what: 'Two of the above at once',
    cast: 'plain',
    hold: short,
    async inject(world, random) {
      const first = random.pick(strikers(world))
      const second = random.pick(strikers(world).filter(one => one !== first))
      const lifts = [await first.inject(world, random)]
      await pause(random.between(0, 500))
      lifts.push(await second.inject(world, random))
      // Together: a server that is started waits for a database that is still down.
      return async () => void (await Promise.all(lifts.map(lift => lift())))
    },
  },
} as const satisfies Record<string, Fault>

export type FaultName = keyof typeof faults

function cut(...links: { cut(): void; mend(): void }[]): Promise<Lift> {
  for (const link of links) link.cut()
  return Promise.resolve(async () => {
    for (const link of links) link.mend()
  })
}

function aHalf<T>(items: readonly T[], random: Random): T[] {
  return random.some(items, Math.ceil(items.length / 2))
}

/** The faults that a storm is drawn from. */
function strikers({ redis, verifiers }: World): Fault[] {
  const names = ['server-killed', 'server-stopped', 'database-killed', 'database-stopped'] as const
  const withRedis = ['redis-killed', 'redis-stopped', 'redis-full'] as const
  const withVerifiers = ['verifiers-stopped', 'verifiers-cut', 'streams-held'] as const
  return [...names, ...(redis ? withRedis : []), ...(verifiers.length > 0 ? withVerifiers : [])].map(
    name => faults[name],
  )
}
