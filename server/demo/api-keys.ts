// API keys of a demo: one or two for some of the users with a role. Their texts are unknown, so they cannot be used.
import type { ApiKeyRecord } from '../storage/api-keys.js'
import { carrier } from './agents-and-addresses.js'
import { type DemoUser, demoRoles } from './plan.js'
import { seededRandom, uuidOf } from './seeded-random.js'
import type { DemoTimes } from './spans.js'

const day = 86_400_000
const names = [
  'Nightly export',
  '1C',
  'Price list',
  'Stock sync',
  'Till 3',
  'Route planner',
  'Telegram bot',
  'Backup',
] as const

/** Fates that end a user's keys with their sessions. */
const ending: ReadonlySet<string> = new Set(['user_disabled', 'user_deleted'])

export function demoApiKeys(seed: string, users: readonly DemoUser[], { now }: Pick<DemoTimes, 'now'>): ApiKeyRecord[] {
  return users.flatMap(user => {
    const random = seededRandom(seed, 'api keys', user.id)
    const { accountEvent } = user
    const endsKeys = accountEvent !== null && ending.has(accountEvent.what)
    const upto = endsKeys ? accountEvent.at : now
    const scopes = user.roles.flatMap(role => [...(demoRoles[role as keyof typeof demoRoles] ?? [])])
    if (scopes.length === 0 || !random.chance(0.08)) return []
    return Array.from({ length: random.chance(0.3) ? 2 : 1 }, (_, index): ApiKeyRecord => {
      const createdAt = Math.floor(user.createdAt + random.next() * (upto - user.createdAt))
      const expiresAt = random.chance(0.5) ? createdAt + random.pick([30, 90, 365]) * day : null
      const isEnded = random.chance(0.15)
      const endedAt = isEnded ? Math.floor((createdAt + upto) / 2) : endsKeys ? accountEvent.at : null
      const lastDay = Math.min(now, expiresAt ?? now, endedAt ?? now)
      const lastUsedAt = random.chance(0.85)
        ? Math.floor(createdAt + (lastDay - createdAt) * random.next() ** 0.2)
        : null
      const isBlank = accountEvent?.what === 'user_deleted'
      return {
        ...{ id: uuidOf('api key', seed, user.id, index), userId: user.id, name: isBlank ? '' : random.pick(names) },
        ...{ hint: uuidOf('hint', seed, user.id, index).slice(0, 4), scopes: [...new Set(scopes)].sort() },
        ...{ resource: null, elevated: false, createdAt, expiresAt, lastUsedAt },
        lastUsedAddress: lastUsedAt === null || isBlank ? null : carrier(random),
        endedAt,
        endedWhy: isEnded ? 'key_ended' : endsKeys ? accountEvent.what : null,
      }
    })
  })
}
