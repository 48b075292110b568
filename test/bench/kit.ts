// Processor time of a verification at a resource server: the kit and jose.jwtVerify on the same tokens, in turns.
import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { Verifier } from '../../server/verifier/verifier.js'
import { median } from '../support/bursts.js'
import { aFakeIssuer, audience, type FakeIssuer } from '../support/fake-issuer.js'

export type KitOrder = {
  rounds: number
  /** Tokens in each round, for each contender. */
  perRound: number
  /** Live entries of the revocation log. */
  entries: number
}

/** Verifier and kind of token; jose does not check revocations. */
export type KitContender =
  | 'jose'
  | 'the kit'
  | 'the kit, remembered'
  | 'jose, expired'
  | 'the kit, expired'
  | 'the kit, revoked'

export type KitFigures = {
  /** Medians, µs. */
  figures: Record<KitContender, number>
  /** Number of introspection requests: none while the lease is valid. */
  introspections: number
  fake: FakeIssuer
  verifiers: readonly Verifier[]
}

export function onCpu(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** Processor time of each verification, µs, which depends less on other load than elapsed time. */
async function timeOf(tokens: readonly string[], verify: (token: string) => Promise<unknown>): Promise<number> {
  let took = 0
  for (let at = 0; at < tokens.length; at += 100) {
    const before = onCpu()
    for (const token of tokens.slice(at, at + 100)) await verify(token)
    took += onCpu() - before
    // Lets the lease be renewed, as between requests.
    await setImmediate()
  }
  return took / tokens.length
}

const refused = (verify: (token: string) => Promise<unknown>) => async (token: string) => {
  const isGood = await verify(token).then(
    () => true,
    () => false,
  )
  if (isGood) throw new Error('a token that is not good was taken')
}

export async function measureKit({ rounds, perRound, entries }: KitOrder): Promise<KitFigures> {
  const fake = await aFakeIssuer()
  for (let i = 0; i < entries; i++) fake.keep('session', randomUUID())
  const tokens = Array.from({ length: perRound }, () => fake.token())
  const before = Math.floor(fake.now() / 1000) - 7_200
  const expired = Array.from({ length: perRound }, () => fake.token({ iat: before, exp: before + 3_600 }))
  const ended = randomUUID()
  const revoked = Array.from({ length: perRound }, () => fake.token({ sid: ended }))
  fake.keep('session', ended)
  const plain = fake.verifier({ cacheSize: 0 })
  const caching = fake.verifier({ cacheSize: perRound * 4 })
  await Promise.all([plain.ready(), caching.ready()])

  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', fake.url))
  const options = { issuer: fake.url, audience, typ: 'at+jwt', algorithms: ['ES256'] }
  const jose = (token: string) => jwtVerify(token, keys, options)
  const kit = (token: string) => plain.verify(token)
  const by: Record<KitContender, [readonly string[], (token: string) => Promise<unknown>]> = {
    jose: [tokens, jose],
    'the kit': [tokens, kit],
    'the kit, remembered': [tokens, token => caching.verify(token)],
    'jose, expired': [expired, refused(jose)],
    'the kit, expired': [expired, refused(kit)],
    'the kit, revoked': [revoked, refused(kit)],
  }
  const contenders = Object.entries(by) as [KitContender, (typeof by)[KitContender]][]
  const times = new Map<KitContender, number[]>()
  for (const [name, [all, verify]] of contenders) {
    await timeOf(all, verify)
    times.set(name, [])
  }
  const asked = () => fake.asked['/oauth/introspect'] ?? 0
  const askedBefore = asked()
  for (let round = 0; round < rounds; round++)
    for (const [name, [all, verify]] of contenders) times.get(name)!.push(await timeOf(all, verify))
  const figures = Object.fromEntries([...times].map(([name, all]) => [name, median(all)])) as KitFigures['figures']
  return { figures, introspections: asked() - askedBefore, fake, verifiers: [plain, caching] }
}
