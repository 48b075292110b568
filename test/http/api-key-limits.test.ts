// Rate limits of API keys, and what requests with unknown API keys cost.
import { expect } from 'chai'
import { aKeyOf, byKey } from '../support/api-keys.js'
import { aClient, type Client } from '../support/client.js'
import { onRedis } from '../support/engines.js'
import { aRedis } from '../support/redis.js'
import { aServer, type TestServer } from '../support/server.js'
import { countOf } from '../support/statements.js'

const account = { scopes: ['darvoza:account'] }

async function aKey(server: TestServer, client: Client = aClient(server)) {
  const { key, text } = await aKeyOf(server, 1, account)
  return { ...byKey(client, text), key, text }
}

describe('the rate limit of one API key', () => {
  it('answers 429 with Retry-After and no database read until the minute ends; other keys go on', async () => {
    const server = await aServer({ policy: { api_key_requests_per_minute: 5 } })
    const [one, other] = [await aKey(server), await aKey(server)]
    const answers = await Promise.all(Array.from({ length: 12 }, () => one.get('/api/me/')))
    expect(answers.filter(({ status }) => status === 200)).to.have.length(5)
    const refused = answers.find(({ status }) => status === 429)!
    const wait = Number(refused.headers.get('retry-after'))
    expect(wait).to.be.within(1, 60)
    expect(refused.body).to.deep.equal({
      detail: `Request was throttled. Expected available in ${wait} second${wait === 1 ? '' : 's'}.`,
      code: 'too_many_requests',
    })
    expect(refused.headers.get('ratelimit-policy')).to.equal('"api key";q=5;w=60')
    expect(refused.headers.get('ratelimit')).to.equal(`"api key";r=0;t=${wait}`)
    const flood = await countOf(server, async () => {
      for (const { status } of await Promise.all(Array.from({ length: 20 }, () => one.get('/api/me/'))))
        expect(status).to.equal(429)
    })
    expect(flood).to.deep.equal({ reads: 0, writes: 0 })
    // A changing request checks the key twice and counts once.
    const changed = await other.send('PATCH', '/api/me/', { first_name: 'Ada' })
    expect([changed.status, changed.headers.get('ratelimit')?.split(';')[1]]).to.deep.equal([200, 'r=4'])
    server.clock.advance('1m')
    expect((await one.get('/api/me/')).status).to.equal(200)
  })

  it('also applies to an ended key, so that a client which ignores 401 costs no further reads', async () => {
    const server = await aServer({ policy: { api_key_requests_per_minute: 5 } })
    const { get, key } = await aKey(server)
    await server.composed.parts.apiKeys.apiKeys.end(key.id, null, 'operator:test')
    const statuses: number[] = []
    const asked = await countOf(server, async () => {
      for (let count = 0; count < 20; count++) statuses.push((await get('/api/me/')).status)
    })
    expect(statuses.filter(status => status === 401)).to.have.length(5)
    expect(statuses.filter(status => status === 429)).to.have.length(15)
    expect(asked.reads).to.be.at.most(6)
  })

  it('is off where the policy is 0; a raised limit applies at once', async () => {
    const server = await aServer({ policy: { api_key_requests_per_minute: 1 } })
    const { get } = await aKey(server)
    expect([(await get('/api/me/')).status, (await get('/api/me/')).status]).to.deep.equal([200, 429])
    await server.setPolicy({ api_key_requests_per_minute: 2 })
    expect([(await get('/api/me/')).status, (await get('/api/me/')).status]).to.deep.equal([200, 429])
    await server.setPolicy({ api_key_requests_per_minute: 0 })
    for (let count = 0; count < 3; count++) {
      const { status, headers } = await get('/api/me/')
      expect([status, headers.get('ratelimit')]).to.deep.equal([200, null])
    }
  })

  it('is not used up by requests with a similar, wrong key', async () => {
    const server = await aServer({ policy: { api_key_requests_per_minute: 1 } })
    const { get, text } = await aKey(server)
    for (const wrong of [text.slice(0, -1), `${text}A`, text.toLowerCase()])
      expect((await byKey(aClient(server), wrong).get('/api/me/')).status).to.equal(401)
    expect((await get('/api/me/')).status).to.equal(200)
  })
})

describe('unknown API keys', () => {
  const none = (index: number) => `dvz_key_${String(index).padStart(43, 'x')}`

  it('count as one guess each: repeating one old key does not lock out other keys of its network', async () => {
    const server = await aServer({ policy: { sign_in_guesses_per_hour: 5 } })
    const old = byKey(aClient(server), none(1))
    const fresh = await aKey(server)
    const reads = await countOf(server, async () => {
      for (let index = 0; index < 60; index++)
        expect((await old.get('/api/me/')).body).to.include({ reason: 'api_key_unknown' })
    })
    expect(reads).to.deep.equal({ reads: 1, writes: 0 })
    expect((await fresh.get('/api/me/')).status).to.equal(200)
  })

  it('cost no read after 50 guesses from a network, where a key that was used before still works', async () => {
    const server = await aServer({ policy: { sign_in_guesses_per_hour: 5 } })
    const client = aClient(server)
    const [used, fresh] = [await aKey(server), await aKey(server)]
    expect((await used.get('/api/me/')).status).to.equal(200)
    const statuses: number[] = []
    const reads = await countOf(server, async () => {
      for (let index = 0; index < 80; index++) statuses.push((await byKey(client, none(index)).get('/api/me/')).status)
    })
    expect(reads).to.deep.equal({ reads: 50, writes: 0 })
    expect(statuses.filter(status => status === 401)).to.have.length(50)
    expect(statuses.slice(50).every(status => status === 429)).to.equal(true)
    expect((await used.get('/api/me/')).status).to.equal(200)
    expect((await fresh.get('/api/me/')).body).to.include({ code: 'too_many_guesses' })
    // Sign-ins from that network count in another bucket.
    await client.signIn(await server.aUser())
    server.clock.advance('1h')
    expect((await fresh.get('/api/me/')).status).to.equal(200)
  })
})

onRedis('the rate limit of one API key on two servers', () => {
  it('is counted together through Redis', async () => {
    const redis = await aRedis()
    const policy = { api_key_requests_per_minute: 10 }
    const one = await aServer({ policy, ports: { redis: await redis.connect() } })
    const { settings, clock } = one
    const other = await aServer({ settings, clock, policy: null, ports: { redis: await redis.connect() } })
    const { text } = await aKey(one)
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => byKey(aClient(index % 2 ? one : other), text).get('/api/me/')),
    )
    expect(answers.filter(({ status }) => status === 200)).to.have.length(10)
  })
})
