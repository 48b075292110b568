// npm run fault: injects faults at random instants and measures whether the promises hold; see options.ts for its
// options.
import { mariadbd } from '../../support/mariadb.js'
import { leaveNothing } from './leftovers.js'
import { type Options, type Proof, readOptions, usage } from './options.js'
import { runP1 } from './p1.js'
import { runP2 } from './p2.js'
import { runP3 } from './p3.js'
import { reportP1 } from './report.js'
import { runRestarts } from './restarts.js'
import { runRoles } from './roles.js'
import { openStores, raise, type World } from './world.js'

const say = (line: string) => console.log(line)

/** Each prints its findings. @returns whether the promise held */
const proofs: Record<Proof, (options: Options) => Promise<boolean>> = {
  trials: async options => reportP1(await runP1({ ...options, trials: options.count, say }), say),
  p2: onOneStage((world, { count }) => runP2(world, count, say)),
  p3: onOneStage((world, { count, seed }) => runP3(world, count, seed, say)),
  restarts: ({ count }) => runRestarts(count, say),
  roles: onOneStage((world, { count, seed }) => runRoles(world, count, seed, say)),
}

function onOneStage(prove: (world: World, options: Options) => Promise<boolean>) {
  return async (options: Options): Promise<boolean> => {
    const redis = options.redis.includes(true)
    say(redis ? 'two servers, MariaDB, Redis' : 'two servers, MariaDB')
    const stores = await openStores(redis)
    return prove(await raise(stores, 'plain'), options)
  }
}

async function main(args: string[]): Promise<number> {
  if (args.includes('--help')) {
    say(usage)
    return 0
  }
  let options: Options
  try {
    options = readOptions(args)
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`)
    return 2
  }
  if (!mariadbd) throw new Error('mariadbd is not installed (apt-get install mariadb-server)')
  leaveNothing()
  say(`seed ${options.seed}`)
  return (await proofs[options.proof](options)) ? 0 : 1
}

// Everything that it has started ends with it, whatever the cause (support/tied.ts, leftovers.ts).
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => process.exit(code))
}
main(process.argv.slice(2)).then(
  code => process.exit(code),
  error => {
    console.error(error)
    process.exit(1)
  },
)
