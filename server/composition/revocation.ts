// Composition of this process's view of the revocation log, and of caches that follow its head.
import { uptime } from 'node:os'
import type { Settings } from '../../config/settings.js'
import { triggers } from '../policy/revocation.js'
import { createProjection } from '../protocol/log/projection.js'
import { createAccessLifetime } from '../revocation/access-lifetime.js'
import { createApplicationsInForce } from '../revocation/applications-in-force.js'
import { createCatchUp } from '../revocation/catch-up.js'
import { createEnforcement } from '../revocation/enforcement.js'
import { createFeed } from '../revocation/feed.js'
import { createFeedLeases } from '../revocation/feed-lease.js'
import { createHighWater } from '../revocation/high-water.js'
import { createLogMemory } from '../revocation/log-memory.js'
import { createOutages } from '../revocation/outages.js'
import { createPolicyInForce } from '../revocation/policy-in-force.js'
import { createRedisCopy } from '../revocation/redis-copy.js'
import { createRedisLink } from '../revocation/redis-link.js'
import { createRedisLog } from '../revocation/redis-log.js'
import { createTail } from '../revocation/tail.js'
import { createVerifiers } from '../revocation/verifiers.js'
import { createClock, createTrustedClock } from '../storage/clock.js'
import { createLogMarkStore } from '../storage/log-marks.js'
import { openRedis } from '../storage/redis.js'
import type { Ports } from './ports.js'
import type { StorageParts } from './storage.js'

export async function composeRevocation(
  settings: Pick<Settings, 'redis' | 'dataDir' | 'database'>,
  secretKey: Buffer,
  { log, ...ports }: Pick<Ports, 'log' | 'now' | 'clocks' | 'feedLimits'>,
  { database, revocationStore, heartbeatStore, policyVersionStore, applicationStore, verifierStore }: StorageParts,
) {
  const clocks = { monotonic: () => performance.now(), wall: Date.now, uptime: () => uptime() * 1000, ...ports.clocks }
  const { monotonic } = clocks
  const clock = ports.now ? createTrustedClock(ports.now, monotonic) : createClock({ ...clocks, log })
  const { now } = clock
  const projection = createProjection(Object.keys(triggers))
  const redis = settings.redis && (await openRedis(settings.redis, { log }))
  const redisLog = redis && createRedisLog({ redis, secretKey })
  const highWater = createHighWater({ database, revocationStore, log })
  const logMarkStore = createLogMarkStore({ folder: settings.dataDir, address: settings.database })
  const memory = createLogMemory({ logMarkStore, log })
  const outages = createOutages({ database, heartbeatStore, now, elapsed: clock.elapsed })
  const tail = createTail({
    database,
    revocationStore,
    outages,
    projection,
    highWater,
    memory,
    transport: redisLog,
    now,
    monotonic,
    wall: ports.now ?? clocks.wall,
    observe: clock.observe,
    log,
  })
  const redisCopy = redisLog && createRedisCopy({ redisLog, database, revocationStore, tail, now, log })
  const redisLink = redis && redisLog && redisCopy && createRedisLink({ redis, redisLog, redisCopy, tail, log })
  const applications = createApplicationsInForce({ database, applicationStore, tail })
  const policy = createPolicyInForce({ database, policyVersionStore, applications, tail })
  const accessLifetime = createAccessLifetime({ policyVersionStore, applicationStore, revocationStore, now })
  const catchUp = createCatchUp({ tail, monotonic })
  const verifiers = createVerifiers({ database, verifierStore, tail, now, log })
  const enforcement = createEnforcement({ database, verifierStore, verifiers, tail, now, monotonic, log })
  const feed = createFeed({ projection, tail, highWater, now, monotonic, log, limits: ports.feedLimits })
  return {
    clock,
    now,
    monotonic,
    projection,
    redis,
    redisLog,
    redisLink,
    highWater,
    memory,
    tail,
    outages,
    policy,
    applications,
    accessLifetime,
    catchUp,
    verifiers,
    enforcement,
    feed,
    feedLeases: createFeedLeases({ tail, verifiers }),
    writeProblem: database.writeProblem,
  }
}

export type RevocationParts = Awaited<ReturnType<typeof composeRevocation>>
