// The Redis adapter of oidc-provider's examples: consumable models are stored as a hash, others as a string; the keys
// of a grant are in a list, so that all can be revoked together.
import type { Redis } from 'ioredis'
import type { Adapter, AdapterPayload } from 'oidc-provider'

const spentOnce = new Set(['AuthorizationCode', 'RefreshToken', 'DeviceCode', 'BackchannelAuthenticationRequest'])
const ofGrants = new Set([...spentOnce, 'AccessToken'])
const grantKey = (id: string) => `oidc:grant:${id}`

export const redisAdapter =
  (redis: Redis) =>
  (name: string): Adapter => {
    const keyOf = (id: string) => `oidc:${name}:${id}`
    return {
      async upsert(id, payload, expiresIn) {
        const key = keyOf(id)
        const multi = redis.multi()
        if (spentOnce.has(name)) multi.hset(key, { payload: JSON.stringify(payload) })
        else multi.set(key, JSON.stringify(payload))
        if (expiresIn) multi.expire(key, expiresIn)
        if (ofGrants.has(name) && payload.grantId) {
          const list = grantKey(payload.grantId)
          multi.rpush(list, key)
          const left = await redis.ttl(list)
          if (expiresIn && expiresIn > left) multi.expire(list, expiresIn)
        }
        await multi.exec()
      },
      async find(id) {
        if (!spentOnce.has(name)) return parsed(await redis.get(keyOf(id)))
        const { payload, ...rest } = await redis.hgetall(keyOf(id))
        return payload === undefined ? undefined : { ...rest, ...parsed(payload)! }
      },
      // For device codes and browser sessions, which this bench does not use.
      findByUserCode: async () => undefined,
      findByUid: async () => undefined,
      async consume(id) {
        await redis.hset(keyOf(id), 'consumed', Math.floor(Date.now() / 1000))
      },
      async destroy(id) {
        await redis.del(keyOf(id))
      },
      async revokeByGrantId(grantId) {
        const keys = await redis.lrange(grantKey(grantId), 0, -1)
        await redis.del(grantKey(grantId), ...keys)
      },
    }
  }

const parsed = (text: string | null): AdapterPayload | undefined => (text === null ? undefined : JSON.parse(text))
