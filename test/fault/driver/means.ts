// What a fault needs of the machine: installed programs and privileges.
import { type Fault, type FaultName, faults } from './faults.js'
import { whyNoNamespace } from './namespace.js'
import { redisServer } from './redis.js'
import { whyNoWallClock } from './wall-clock.js'

/** Why this machine cannot inject the fault, or null where it can. */
export function whyNot(name: FaultName, withRedis: boolean, withVerifiers: boolean): string | null {
  const fault: Fault = faults[name]
  if (fault.needs === 'redis' && !withRedis) return 'without Redis'
  if (fault.needs === 'verifiers' && !withVerifiers) return 'without --verifiers'
  if (withRedis && !redisServer) return 'redis-server is not installed (apt-get install redis-server)'
  if (fault.cast === 'cut') return whyNoNamespace()
  if (fault.cast === 'clock') return whyNoWallClock()
  return null
}
