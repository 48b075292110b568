// P5: password guesses are limited, and never lock the owner out of a device in use.
import { expect } from 'chai'
import type { Policy } from '../../server/policy/policies.js'
import { refuse } from '../../server/protocol/errors.js'
import { type Answer, aClient } from '../support/client.js'
import { sqlite } from '../support/engines.js'
import { aForge, changed } from '../support/forge.js'
import { aServer, manyGuesses, password, sharedHashing, type TestServer, testSettings } from '../support/server.js'

const path = '/api/token/'
const wrong = 'a wrong guess'
const limit = 5
const here = '192.0.2.7'

type Guess = { username: string; password: string; device_token?: string }

/** A server behind one proxy that counts password comparisons; the limit is low, so that tests are short. */
async function aGuessedServer(policy: Partial<Policy> = {}) {
  let hashed = 0
  let beforeHash: () => Promise<void> = async () => {}
  const shared = sharedHashing()
  const server = await aServer({
    settings: { ...testSettings(await sqlite.fresh()), trustProxy: 1 },
    policy: { sign_in_guesses_per_hour: limit, ...policy },
    ports: {
      hashingWork: {
        hash: shared.hash,
        async matches(...guess) {
          hashed++
          await beforeHash()
          return shared.matches(...guess)
        },
      },
    },
  })
  const client = aClient(server)
  return {
    server,
    client,
    guess: ({ username, password, device_token }: Guess, from = here) =>
      client.send('POST', path, {
        json: { username, password, device_token },
        headers: { 'X-Forwarded-For': from },
      }),
    /** @returns how many passwords were compared during `work` */
    async hashesOf(work: () => Promise<unknown>): Promise<number> {
      const before = hashed
      await work()
      return hashed - before
    },
    beforeHashing(work: () => Promise<void>): void {
      beforeHash = work
    },
  }
}

async function repeat<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let index = 0; index < count; index++) results.push(await work(index))
  return results
}

const statuses = (answers: Answer[]) => answers.map(answer => answer.status)
const limits = ({ headers }: Answer) => [headers.get('ratelimit-policy'), headers.get('ratelimit')]

/** A user with two devices, and the device token of each. */
async function onTwoDevices(server: TestServer) {
  const amy = await server.aUser()
  const client = aClient(server)
  return {
    amy,
    phone: (await client.signIn(amy)).device_token,
    laptop: (await client.signIn(amy)).device_token,
  }
}

describe('password guesses', () => {
  it('above the limit get 429 without hashing, alike for known, disabled and unknown usernames', async () => {
    const { server, guess, hashesOf } = await aGuessedServer()
    const [amy, ben] = [await server.aUser(), await server.aUser()]
    await server.composed.parts.people.users.disable(ben.id, 'system')
    const told: unknown[] = []
    for (const [index, username] of [amy.username, ben.username, 'nobody', '<script>'].entries()) {
      // Each from an address of its own: the count of the network must not depend on the username before.
      const from = `192.0.2.${index}`
      const hashes = await hashesOf(async () => {
        const tested = await repeat(limit, () => guess({ username, password: wrong }, from))
        const refused = await repeat(3, () => guess({ username, password }, from))
        expect(statuses([...tested, ...refused]), username).to.deep.equal([...Array(limit).fill(401), 429, 429, 429])
        const { body, headers } = refused[0]!
        expect(body).to.deep.equal({
          detail: 'Too many attempts to sign in; try again later.',
          code: 'too_many_guesses',
        })
        expect(headers.get('cache-control')).to.equal('no-store')
        told.push(
          [...tested, ...refused].map(answer => [answer.text, answer.headers.get('retry-after'), limits(answer)]),
        )
      })
      expect(hashes, username).to.equal(limit)
    }
    for (const others of told) expect(others).to.deep.equal(told[0])
  })

  it('sent a hundred at once are hashed only up to the limit', async () => {
    const { server, guess, hashesOf } = await aGuessedServer()
    const amy = await server.aUser()
    for (const username of [amy.username, 'nobody']) {
      const answers: Answer[] = []
      const hashes = await hashesOf(async () => {
        const attempts = Array.from({ length: 100 }, (_, index) =>
          guess({ username, password: wrong }, `198.51.100.${index}`),
        )
        answers.push(...(await Promise.all(attempts)))
      })
      expect(hashes, username).to.equal(limit)
      expect(statuses(answers).filter(status => status === 401)).to.have.length(limit)
      expect(statuses(answers).filter(status => status === 429)).to.have.length(100 - limit)
    }
  })

  it('that are correct are not counted', async () => {
    const { server, guess } = await aGuessedServer()
    const amy = await server.aUser()
    const wrongly = { ...amy, password: wrong }
    expect(statuses(await repeat(3 * limit, () => guess(amy)))).to.deep.equal(Array(3 * limit).fill(200))
    expect(statuses(await repeat(limit - 1, () => guess(wrongly)))).to.deep.equal(Array(limit - 1).fill(401))
    expect(statuses(await repeat(limit, () => guess(amy)))).to.deep.equal(Array(limit).fill(200))
    expect((await guess(wrongly)).status).to.equal(401)
    expect((await guess(amy)).status).to.equal(429)
  })

  it('that could not be tested because of overload are not counted', async () => {
    const { server, guess, beforeHashing } = await aGuessedServer()
    const amy = await server.aUser()
    beforeHashing(async () => {
      throw refuse('overloaded', { retryAfter: 1 })
    })
    expect(statuses(await repeat(3 * limit, () => guess(amy)))).to.deep.equal(Array(3 * limit).fill(503))
    beforeHashing(async () => {})
    const answer = await guess({ ...amy, password: wrong })
    expect(limits(answer)[1]).to.include(`"user";r=${limit - 1}`)
  })

  it('are tested again after the Retry-After of the refusal', async () => {
    const { server, guess } = await aGuessedServer()
    const amy = await server.aUser()
    server.clock.advance('17m')
    await repeat(limit, () => guess({ ...amy, password: wrong }))
    const refused = await guess(amy)
    const wait = Number(refused.headers.get('retry-after'))
    expect([refused.status, wait]).to.deep.equal([429, 43 * 60])
    server.clock.advance(`${wait - 1}s`)
    expect((await guess(amy)).status).to.equal(429)
    server.clock.advance('1s')
    expect((await guess(amy)).status).to.equal(200)
    expect(statuses(await repeat(limit + 1, () => guess({ ...amy, password: wrong })))).to.deep.equal([
      ...Array(limit).fill(401),
      429,
    ])
  })

  it('that fill the limit while still being tested give Retry-After: 2 instead of an hour', async () => {
    const { server, guess, beforeHashing } = await aGuessedServer()
    const amy = await server.aUser()
    let letGo = () => {}
    const held = new Promise<void>(resolve => {
      letGo = resolve
    })
    beforeHashing(() => held)
    const tested = Array.from({ length: limit }, () => guess(amy))
    let refused: Answer
    do refused = await guess({ ...amy, password: wrong }, '203.0.113.1')
    while (refused.status !== 429)
    expect(refused.headers.get('retry-after')).to.equal('2')
    letGo()
    expect(statuses(await Promise.all(tested))).to.deep.equal(Array(limit).fill(200))
    expect((await guess(amy)).status).to.equal(200)
  })

  it('at one username count together, across its spellings and all addresses', async () => {
    const { server, guess } = await aGuessedServer()
    await server.aUser({ username: 'Zoé' })
    const spellings = ['zoé', 'ZOÉ', 'Zoe\u0301', '  zoé\n', 'ｚｏé']
    const answers = await repeat(limit, index =>
      guess({ username: spellings[index]!, password: wrong }, `192.0.2.${index}`),
    )
    expect(statuses(answers)).to.deep.equal(Array(limit).fill(401))
    expect((await guess({ username: 'Zoé', password }, '203.0.113.1')).status).to.equal(429)
  })

  it('follow a change of the policy sign_in_guesses_per_hour at once', async () => {
    const { server, guess } = await aGuessedServer()
    const amy = await server.aUser()
    await repeat(limit + 1, () => guess({ ...amy, password: wrong }))
    await server.setPolicy({ sign_in_guesses_per_hour: limit + 1 })
    expect(statuses(await repeat(2, () => guess({ ...amy, password: wrong })))).to.deep.equal([401, 429])
    await server.setPolicy({ sign_in_guesses_per_hour: limit })
    expect((await guess(amy)).status).to.equal(429)
  })

  it('with the correct password of a disabled user count as wrong', async () => {
    const { server, guess } = await aGuessedServer()
    const amy = await server.aUser()
    await server.composed.parts.people.users.disable(amy.id, 'system')
    expect(statuses(await repeat(limit + 1, () => guess(amy)))).to.deep.equal([...Array(limit).fill(401), 429])
  })

  it('without username or password get 400 without RateLimit fields, and are not counted', async () => {
    const { server, client, guess } = await aGuessedServer()
    const amy = await server.aUser()
    for (const body of [{}, { username: amy.username }, { username: amy.username, password: '' }]) {
      const answers = await repeat(limit, () => client.post(path, body))
      expect(statuses(answers)).to.deep.equal(Array(limit).fill(400))
      expect(limits(answers[0]!)).to.deep.equal([null, null])
    }
    expect((await guess(amy)).status).to.equal(200)
  })

  it('are never logged, neither username nor password', async () => {
    const { server, guess } = await aGuessedServer()
    const amy = await server.aUser({ username: 'amelia' })
    await repeat(limit + 1, () => guess({ ...amy, password: wrong }))
    for (const word of ['amelia', wrong]) expect(server.logged.filter(line => line.includes(word))).to.deep.equal([])
  })
})

describe('P5: the owner on a device in use', () => {
  it('signs in although guesses have used up the limits of the username and the network', async () => {
    const { server, guess } = await aGuessedServer()
    const { amy, phone, laptop } = await onTwoDevices(server)
    // Uses up the limit of the username on unknown devices and that of the network.
    await repeat(limit, () => guess({ ...amy, password: wrong }))
    await repeat(10 * limit, index => guess({ username: `nobody${index}`, password: wrong }))
    expect((await guess(amy)).status).to.equal(429)
    expect((await guess({ username: 'nobody else', password: wrong })).status).to.equal(429)
    for (const device_token of [phone, laptop])
      expect(statuses(await repeat(2 * limit, () => guess({ ...amy, device_token })))).to.deep.equal(
        Array(2 * limit).fill(200),
      )
  })

  it('has a limit of wrong passwords per device, which blocks that device alone', async () => {
    const { server, guess, hashesOf } = await aGuessedServer()
    const { amy, phone, laptop } = await onTwoDevices(server)
    const hashes = await hashesOf(async () => {
      const answers = await repeat(2 * limit, () => guess({ ...amy, password: wrong, device_token: phone }))
      expect(statuses(answers)).to.deep.equal([...Array(limit).fill(401), ...Array(limit).fill(429)])
      expect(limits(answers[0]!)).to.deep.equal([`"device";q=${limit};w=3600`, `"device";r=${limit - 1};t=3600`])
    })
    expect(hashes).to.equal(limit)
    expect((await guess({ ...amy, device_token: phone })).status).to.equal(429)
    expect((await guess({ ...amy, device_token: laptop })).status).to.equal(200)
    expect((await guess(amy)).status).to.equal(200)
  })

  it('is not recognized by a device token of another user, of an ended device, or a forged one', async () => {
    const { server, client, guess } = await aGuessedServer()
    const { amy, phone, laptop } = await onTwoDevices(server)
    const ben = await onTwoDevices(server)
    const { access, device_token } = await client.signIn(amy, { device_token: laptop })
    const devices = (await client.get('/api/me/devices/', access)).body.results
    const ended = devices.find((device: { current: boolean }) => !device.current)
    expect((await client.delete(`/api/me/devices/${ended.id}/`, access)).status).to.equal(204)
    await repeat(limit, () => guess({ ...amy, password: wrong }, '203.0.113.1'))
    const forged = aForge(server).device(changed(device_token, { iss: 'http://localhost:4001' }))
    for (const nothing of [phone, ben.phone, forged, `${device_token}x`, access, 'nonsense', ''])
      expect((await guess({ ...amy, device_token: nothing })).status, nothing).to.equal(429)
    expect((await guess({ ...amy, device_token })).status).to.equal(200)
  })

  it('does not count wrong passwords on a recognized device against the network', async () => {
    const { server, guess } = await aGuessedServer()
    const { amy, phone } = await onTwoDevices(server)
    const ben = await server.aUser()
    await repeat(limit, () => guess({ ...amy, password: wrong, device_token: phone }))
    expect(limits(await guess(ben))[1]).to.include(`"network";r=${10 * limit};`)
  })

  it('signs in while another user floods the server with correct sign-ins on four devices', async () => {
    const work = {
      hash: async () => sharedHashing().hash(password, 4),
      async matches() {
        await new Promise(resolve => setTimeout(resolve, 250))
        return true
      },
    }
    const server = await aServer({ policy: manyGuesses, ports: { hashingWork: work } })
    const client = aClient(server)
    const { amy, phone } = await onTwoDevices(server)
    const ben = await server.aUser()
    const tokens = await repeat(4, async () => (await client.signIn(ben)).device_token)
    let over = false
    const others: Answer[] = []
    const flood = async (device_token: string) => {
      while (!over) {
        others.push(await client.post(path, { ...ben, device_token }))
        if (others.at(-1)!.status !== 200) await new Promise(resolve => setTimeout(resolve, 50))
      }
    }
    const flooding = tokens.flatMap(token => Array.from({ length: 4 }, () => flood(token)))
    const own = await repeat(4, () => client.post(path, { ...amy, device_token: phone }))
    over = true
    await Promise.all(flooding)
    expect(statuses(own)).to.deep.equal(Array(4).fill(200))
    expect(new Set(statuses(others))).to.deep.equal(new Set([200, 503]))
  })

  it('signs in every time during 2,000 guesses from 100 addresses, of which only 60 are hashed', async () => {
    const { server, guess, hashesOf } = await aGuessedServer({ sign_in_guesses_per_hour: 20 })
    const { amy, phone } = await onTwoDevices(server)
    const names = [amy.username, amy.username.toUpperCase(), 'nobody', 'no-one']
    const counts: Record<number, number> = {}
    const owner: Answer[] = []
    const hashes = await hashesOf(async () => {
      const attack = async (lane: number) => {
        for (let index = lane; index < 2_000; index += 20) {
          const username = names[index % names.length]!
          const { status } = await guess({ username, password: `${wrong} ${index}` }, `198.51.100.${index % 100}`)
          counts[status] = (counts[status] ?? 0) + 1
        }
      }
      const sign = async () => {
        // From addresses that the attack uses as well.
        owner.push(...(await repeat(20, index => guess({ ...amy, device_token: phone }, `198.51.100.${index}`))))
      }
      await Promise.all([...Array.from({ length: 20 }, (_, lane) => attack(lane)), sign()])
    })
    const guesses = hashes - owner.length
    console.log(
      `      P5: ${owner.filter(({ status }) => status === 200).length} of ${owner.length} sign-ins of the owner, ${guesses} of 2,000 guesses reached a hash: ${JSON.stringify(counts)}`,
    )
    expect(statuses(owner)).to.deep.equal(owner.map(() => 200))
    // Three usernames, since two of the four are spellings of one.
    expect(guesses).to.equal(3 * 20)
    expect(counts).to.deep.equal({ 401: 60, 429: 1_940 })
  }).timeout(60_000)
})

describe('password guesses from one network', () => {
  it('count over all usernames if wrong, and block no other network', async () => {
    const { server, guess } = await aGuessedServer()
    const amy = await server.aUser()
    const names = (index: number) => ({ username: `nobody${index}`, password: wrong })
    expect(statuses(await repeat(30 * limit, () => guess(amy)))).to.deep.equal(Array(30 * limit).fill(200))
    const answers = await repeat(10 * limit, index => guess(names(index)))
    expect(statuses(answers)).to.deep.equal(Array(10 * limit).fill(401))
    expect(limits(answers.at(-1)!)[1]).to.include('"network";r=0;')
    expect((await guess(amy)).status).to.equal(429)
    expect((await guess(amy, '192.0.2.8')).status).to.equal(200)
  })

  it('count per address without port; without an address in X-Forwarded-For they share no limit', async () => {
    const { server, guess } = await aGuessedServer()
    const amy = await server.aUser()
    await repeat(10 * limit, index =>
      guess({ username: `nobody${index}`, password: wrong }, `${here}:${50_000 + index}`),
    )
    expect((await guess(amy, `${here}:40000`)).status).to.equal(429)
    expect((await guess(amy, '[2001:db8::7]:40000')).status).to.equal(200)
    await repeat(10 * limit, index => guess({ username: `noone${index}`, password: wrong }, 'unknown'))
    expect((await guess(amy, 'unknown')).status).to.equal(200)
  })

  it('from IPv6 addresses count for the whole /64', async () => {
    const { server, guess } = await aGuessedServer()
    const amy = await server.aUser()
    await repeat(10 * limit, index =>
      guess({ username: `nobody${index}`, password: wrong }, `2001:db8:0:1::${index.toString(16)}`),
    )
    expect((await guess(amy, '2001:db8:0:1:ffff::1')).status).to.equal(429)
    expect((await guess(amy, '2001:db8:0:2::1')).status).to.equal(200)
  })
})

describe('RateLimit header fields of a sign-in', () => {
  it('show the remaining guesses of user and network; a correct password uses up none', async () => {
    const { server, guess } = await aGuessedServer()
    const amy = await server.aUser()
    const policy = `"user";q=${limit};w=3600, "network";q=${10 * limit};w=3600`
    const left = (user: number, network: number) => `"user";r=${user};t=3600, "network";r=${network};t=3600`
    expect(limits(await guess(amy))).to.deep.equal([policy, left(limit, 10 * limit)])
    expect(limits(await guess({ ...amy, password: wrong }))).to.deep.equal([policy, left(limit - 1, 10 * limit - 1)])
    expect(limits(await guess(amy))).to.deep.equal([policy, left(limit - 1, 10 * limit - 1)])
    await repeat(limit - 1, () => guess({ ...amy, password: wrong }))
    expect(limits(await guess(amy))).to.deep.equal([policy, left(0, 9 * limit)])
  })

  it('do not reveal guesses at the same username from another address', async () => {
    const { server, guess } = await aGuessedServer()
    const amy = await server.aUser()
    await repeat(limit - 2, () => guess({ ...amy, password: wrong }, '203.0.113.1'))
    const asSomebody = await guess({ ...amy, password: wrong }, '192.0.2.1')
    const asNobody = await guess({ username: 'nobody', password: wrong }, '192.0.2.2')
    expect(limits(asSomebody)).to.deep.equal(limits(asNobody))
  })

  it('are exposed to other origins by CORS', async () => {
    const { server, client } = await aGuessedServer()
    const answer = await client.send('POST', path, {
      json: await server.aUser(),
      headers: { Origin: 'https://shop.example' },
    })
    const exposed = answer.headers.get('access-control-expose-headers')
    for (const name of ['RateLimit', 'RateLimit-Policy', 'Retry-After']) expect(exposed?.split(',')).to.include(name)
  })
})

describe('old password in a password change', () => {
  const change = (old_password: string) => ({ old_password, new_password: 'a new horse battery' })

  it('counts as a guess: 429 without hashing above the limit, while the device may still sign in', async () => {
    const { server, client, guess, hashesOf } = await aGuessedServer()
    const amy = await server.aUser()
    const { access, device_token } = await client.signIn(amy)
    const other = await client.signIn(amy)
    const hashes = await hashesOf(async () => {
      const guessOld = () => client.post('/api/me/password/', change(wrong), access)
      const atOnce = await Promise.all(Array.from({ length: 4 * limit }, guessOld))
      // At most three guesses of one user are tested at once; the others get 503 and do not count.
      expect(statuses(atOnce).filter(status => ![400, 429, 503].includes(status))).to.deep.equal([])
      const guessed = statuses(atOnce).filter(status => status === 400).length
      const answers = await repeat(limit, guessOld)
      expect(statuses(answers)).to.deep.equal([...Array(limit - guessed).fill(400), ...Array(guessed).fill(429)])
      const refused = await client.post('/api/me/password/', change(password), access)
      expect([refused.status, refused.body.code]).to.deep.equal([429, 'too_many_guesses'])
      expect(Number(refused.headers.get('retry-after'))).to.be.within(1, 3_600)
    })
    expect(hashes).to.equal(limit)
    // Sessions on one device share the limit; a thief of one token blocks no sign-in.
    const again = await guess({ ...amy, device_token })
    expect(again.status).to.equal(200)
    expect((await client.post('/api/me/password/', change(password), again.body.access)).status).to.equal(429)
    expect((await client.post('/api/me/password/', change(password), other.access)).status).to.equal(204)
  })

  it('is not counted if it is correct', async () => {
    const { server, client } = await aGuessedServer()
    const { access } = await client.signIn(await server.aUser())
    let present = password
    for (let index = 0; index < 2 * limit; index++) {
      const next = `a new horse number ${index}`
      const answer = await client.post('/api/me/password/', { old_password: present, new_password: next }, access)
      expect(answer.status).to.equal(204)
      present = next
    }
  })
})
