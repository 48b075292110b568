// The command line options of the fault driver.
import { parseArgs } from 'node:util'
import { type FaultName, faults } from './faults.js'
import { redisServer } from './redis.js'

export const usage = `npm run fault -- [--trials N | --p2 N | --p3 N | --roles N | --restarts N] [options]
  --trials N     P1: N revokes under faults, each token tried at both servers afterwards (3000)
  --p2 N         P2: N times 100 refreshes of one token at once
  --p3 N         P3: N times kill -9 under load
  --roles N      P6: N changes of roles under load
  --restarts N   N times SIGTERM to a server with workers under load, and a start: nobody is cut off
  --redis, --no-redis   with it, or without it, alone; otherwise P1 is tried with and without, the others with it
  --seed N       draws the same instants again
P1 alone:
  --only FAULT   this fault; more than once for more: ${Object.keys(faults).join(' ')}
  --sessions N   trials that share a round (40)
  --hold MS      every fault lasts so long, instead of a random time
  --quick        shorter rounds
  --log FILE     adds every revoke and every verdict to it as a line of JSON
  --verifiers N  so many resource servers with the kit beside the two servers, each a process (0)
  --stale        servers with a mistake of our own making: the driver must find it`

export type Proof = 'trials' | 'p2' | 'p3' | 'roles' | 'restarts'

export type Options = {
  proof: Proof
  /** Number of trials, rounds, kills or changes. */
  count: number
  seed: number
  /** With Redis, without, or both. */
  redis: readonly boolean[]
  only: FaultName[] | null
  sessions: number
  /** ms, or null for a random time. */
  hold: number | null
  quick: boolean
  log: string | null
  stale: boolean
  verifiers: number
}

/** @throws Error with one line that names the wrong option */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      ...{ trials: { type: 'string' }, p2: { type: 'string' }, p3: { type: 'string' }, roles: { type: 'string' } },
      ...{
        restarts: { type: 'string' },
        seed: { type: 'string' },
        sessions: { type: 'string' },
        hold: { type: 'string' },
        log: { type: 'string' },
        verifiers: { type: 'string' },
      },
      ...{ redis: { type: 'boolean' }, 'no-redis': { type: 'boolean' }, quick: { type: 'boolean' } },
      ...{ stale: { type: 'boolean' }, only: { type: 'string', multiple: true } },
    },
  })
  const proofs = (['trials', 'p2', 'p3', 'roles', 'restarts'] as const).filter(name => values[name] !== undefined)
  if (proofs.length > 1) throw new Error('one proof at a time')
  const proof = proofs[0] ?? 'trials'
  const names = values.only ?? null
  const unknown = names?.find(name => !Object.hasOwn(faults, name))
  if (unknown !== undefined) throw new Error(`there is no fault ${unknown}`)
  return {
    proof,
    count: wholeNumber(proof, values[proof] ?? '3000'),
    seed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : wholeNumber('seed', values.seed),
    redis: withRedis(values.redis ?? false, values['no-redis'] ?? false, proof),
    only: names as FaultName[] | null,
    sessions: wholeNumber('sessions', values.sessions ?? '40'),
    hold: values.hold === undefined ? null : wholeNumber('hold', values.hold),
    quick: values.quick ?? false,
    log: values.log ?? null,
    stale: values.stale ?? false,
    verifiers: wholeNumber('verifiers', values.verifiers ?? '0'),
  }
}

function withRedis(wanted: boolean, unwanted: boolean, proof: Proof): boolean[] {
  if (wanted && !redisServer) throw new Error('redis-server is not installed (apt-get install redis-server)')
  if (wanted && !unwanted) return [true]
  if (unwanted || !redisServer) return [false]
  return proof === 'trials' ? [true, false] : [true]
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new Error(`--${name} takes a whole number`)
  return Number(text)
}
