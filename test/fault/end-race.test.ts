// Races of refreshes with ends of sessions, role changes and password changes.
import { expect } from 'chai'
import { trials } from '../support/bursts.js'
import { type Answer, aClient, type Client, claimsOf, type Pair } from '../support/client.js'
import { onEachEngine, onMariaDb } from '../support/engines.js'
import { aPause } from '../support/pause.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { devicesOf, sessionsOf } from '../support/sessions.js'

const newPassword = 'staple battery horse'

/** Lets a few turns of the event loop pass, so that two requests meet at varying places. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(resolve => setImmediate(resolve))
}

/** The tokens of these pairs that are still accepted: none, when their sessions have ended. */
async function accepted(client: Client, pairs: { access?: string; refresh?: string }[]): Promise<string[]> {
  const found = pairs.flatMap(({ access, refresh }) => [
    ...(access ? [told(client.verify(access), 'an access token')] : []),
    ...(access ? [told(client.get('/api/me/', access), 'an access token, as a bearer')] : []),
    ...(refresh ? [told(client.verify(refresh), 'a refresh token, at verify')] : []),
    ...(refresh ? [told(client.refresh(refresh), 'a refresh token')] : []),
  ])
  return (await Promise.all(found)).flat()
}

const told = async (request: Promise<Answer>, what: string) => ((await request).status === 401 ? [] : [what])

onEachEngine('a refresh raced by a change between its UPDATE and its SELECT', engine => {
  type Amy = { id: number; pair: Pair; sid: string }

  async function superseded(meanwhile: (server: TestServer, amy: Amy) => Promise<unknown>) {
    const pause = aPause()
    const server = await aServer({ engine, pauses: { rotationClaimed: pause.here } })
    const { id } = await server.aUser({ username: 'amy' })
    const client = aClient(server)
    const pair = await client.signIn({ username: 'amy', password })
    const other = await client.signIn({ username: 'amy', password })
    pause.arm()
    const held = client.refresh(pair.refresh)
    await pause.reached
    await meanwhile(server, { id, pair, sid: claimsOf(pair.access).sid })
    pause.letGo()
    return { server, client, pair, other, answer: await held, id }
  }

  function refused(answer: Answer): void {
    expect(answer.status).to.equal(401)
    expect(answer.body).to.not.have.any.keys('access', 'refresh')
  }

  it('the end of its session: 401, its tokens are invalid, and the other session lives', async () => {
    const { client, answer, pair, other } = await superseded((server, { id, sid }) =>
      server.composed.parts.devices.sessions.end(sid, id, 'system'),
    )
    refused(answer)
    expect(answer.body.reason).to.equal('session_ended')
    expect(await accepted(client, [pair])).to.deep.equal([])
    expect((await client.refresh(other.refresh)).status).to.equal(200)
  })

  it('the end of all sessions: 401, and no token is valid', async () => {
    const { client, answer, pair, other } = await superseded((server, { id }) =>
      server.composed.parts.devices.sessions.endAll(id, 'system'),
    )
    refused(answer)
    expect(await accepted(client, [pair, other])).to.deep.equal([])
  })

  it('the end of all other sessions by another session: 401', async () => {
    const { client, answer, pair } = await superseded(async (server, { id, sid }) => {
      const other = (await sessionsOf(server, id)).find(one => one.session.id !== sid)
      await server.composed.parts.devices.sessions.endAll(id, 'system', other!.session.id)
    })
    refused(answer)
    expect(await accepted(client, [pair])).to.deep.equal([])
  })

  it('the user disabled: 401, and enabling the user revives no session', async () => {
    const { server, client, answer, pair, other, id } = await superseded((server, { id }) =>
      server.composed.parts.people.users.disable(id, 'system'),
    )
    refused(answer)
    await server.composed.parts.people.users.enable(id, 'system')
    expect(await accepted(client, [pair, other])).to.deep.equal([])
  })

  it('roles changed: the access token has the new roles and is not stale', async () => {
    const { client, answer } = await superseded((server, { id }) =>
      server.composed.parts.people.users.setRoles(id, ['support'], 'system'),
    )
    expect(answer.status).to.equal(200)
    expect(claimsOf(answer.body.access).roles).to.deep.equal(['support'])
    expect((await client.verify(answer.body.access)).status).to.equal(200)
  })

  it('a password change by its own session: the refresh succeeds, and the other session ends', async () => {
    const { client, answer, pair, other } = await superseded(async (server, { pair }) => {
      const json = { old_password: password, new_password: newPassword }
      expect((await aClient(server).post('/api/me/password/', json, pair.access)).status).to.equal(204)
    })
    expect(answer.status).to.equal(200)
    expect((await client.verify(answer.body.access)).status).to.equal(200)
    expect((await client.verify(pair.access)).status, 'the access token that changed it').to.equal(200)
    expect((await client.refresh(answer.body.refresh)).status).to.equal(200)
    expect(await accepted(client, [other])).to.deep.equal([])
  })

  it('a password change with keep_session_on_password_change off: 401, and no token is valid', async () => {
    const { client, answer, pair, other } = await superseded(async (server, { pair }) => {
      await server.setPolicy({ keep_session_on_password_change: false })
      const json = { old_password: password, new_password: newPassword }
      expect((await aClient(server).post('/api/me/password/', json, pair.access)).status).to.equal(204)
    })
    refused(answer)
    expect(await accepted(client, [pair, other])).to.deep.equal([])
  })
})

onEachEngine('an ended session', engine => {
  it('is not revived by a password change that would have kept it', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const amy = await server.aUser()
    const [own, other] = [await client.signIn(amy), await client.signIn(amy)]
    const { sessions } = server.composed.parts.devices
    // Superseded, but its row is not marked: as on a server that was killed before it could mark it.
    await sessions.endAll(amy.id, 'system', claimsOf(other.access).sid)
    await server.composed.parts.storage.database.write('UPDATE session SET ended_at = NULL WHERE id = ?', [
      claimsOf(own.access).sid,
    ])
    await sessions.endAll(amy.id, 'system', claimsOf(own.access).sid)
    expect(await accepted(client, [own, other])).to.deep.equal([])
  })

  const ends: Record<string, (server: TestServer, id: number, pair: Pair) => Promise<unknown>> = {
    'the end of the session': (server, id, pair) =>
      server.composed.parts.devices.sessions.end(claimsOf(pair.access).sid, id, 'system'),
    'the end of all': (server, id) => server.composed.parts.devices.sessions.endAll(id, 'system'),
    'a sign-out': (server, _, pair) => aClient(server).post('/api/token/blacklist/', { refresh: pair.refresh }),
    'a reset of the password': (server, id) =>
      server.composed.parts.people.users.setPassword(id, newPassword, 'system'),
    disabling: (server, id) => server.composed.parts.people.users.disable(id, 'system'),
    'a device ended': async (server, id) => {
      const [device] = await devicesOf(server, id)
      await server.composed.parts.devices.sessions.endDevice(device!.device.id, id, 'system')
    },
  }

  it('has no accepted token, in any order of the end and concurrent refreshes', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const found: string[] = []
    let won = 0
    const count = trials(200)
    const names = Object.keys(ends)
    const trial = async (index: number) => {
      const amy = await server.aUser()
      const pair = await client.signIn(amy)
      const name = names[index % names.length]!
      const refreshes = [0, 1, 2].map(async step => {
        await turns(Math.floor(Math.random() * 6) + step)
        const answer = await client.refresh(pair.refresh)
        return answer.status === 200 ? [answer.body] : []
      })
      await turns(Math.floor(Math.random() * 12))
      await ends[name]!(server, amy.id, pair)
      const answered = (await Promise.all(refreshes)).flat()
      won += answered.length
      for (const what of await accepted(client, [pair, ...answered])) found.push(`${what} after ${name}`)
    }
    for (let index = 0; index < count; index += 20) {
      await Promise.all(Array.from({ length: Math.min(20, count - index) }, (_, more) => trial(index + more)))
    }
    console.log(
      `      ${count} ends met ${count * 3} refreshes, ${won} of which were answered; accepted after: ${found.length}`,
    )
    expect(found).to.deep.equal([])
  }).timeout(120_000)

  it('a role change concurrent with refreshes: every token has the new roles or is stale', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const wrong: string[] = []
    const trial = async () => {
      const amy = await server.aUser()
      const pair = await client.signIn(amy)
      const refreshes = Array.from({ length: 4 }, async (_, step) => {
        await turns(Math.floor(Math.random() * 6) + step)
        return client.refresh(pair.refresh)
      })
      await turns(Math.floor(Math.random() * 10))
      await server.composed.parts.people.users.setRoles(amy.id, ['support'], 'system')
      for (const { status, body, text } of [...(await Promise.all(refreshes)), { status: 200, body: pair, text: '' }]) {
        if (status !== 200) wrong.push(`a refresh was answered ${status} ${text}`)
        else if (claimsOf(body.access).roles.includes('support')) {
          if ((await client.verify(body.access)).status !== 200) wrong.push('a token with the new roles is refused')
        } else {
          const verified = await client.verify(body.access)
          if (verified.body.reason !== 'token_stale') wrong.push(`old roles: ${verified.status} ${verified.text}`)
        }
      }
    }
    for (let index = 0; index < trials(60); index += 10) await Promise.all(Array.from({ length: 10 }, trial))
    expect(wrong).to.deep.equal([])
  }).timeout(60_000)
})

onMariaDb('concurrent ends of the sessions of one user', engine => {
  it('cause no deadlock and no retryable error, because locks are taken in one order', async () => {
    const server = await aServer({ engine })
    const {
      devices: { sessions },
      people: { users },
      storage: { database },
    } = server.composed.parts
    const deadlocks = async () =>
      Number((await database.read<{ Value: string }>("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'"))[0]!.Value)
    const before = await deadlocks()
    const client = aClient(server)
    const wrong: string[] = []
    const tolerate = (work: Promise<unknown>) =>
      work.catch((error: Error & { code?: string }) => {
        if (error.code !== 'not_found') wrong.push(`${error.code} ${error.message}`)
      })
    for (let round = 0; round < 10; round++) {
      const amy = await server.aUser()
      const pairs = await Promise.all(Array.from({ length: 6 }, () => client.signIn(amy)))
      const sids = pairs.map(pair => claimsOf(pair.access).sid as string)
      await Promise.all([
        ...sids.map(sid => tolerate(sessions.end(sid, amy.id, 'system'))),
        ...sids.map(sid => tolerate(sessions.endAll(amy.id, 'system', sid))),
        tolerate(sessions.endOtherDevices(amy.id, sids[0]!, 'system')),
        tolerate(users.setRoles(amy.id, ['support'], 'system')),
        tolerate(users.setPassword(amy.id, newPassword, 'system')),
        ...pairs.map(pair => client.refresh(pair.refresh)),
        ...pairs.map(() => client.post('/api/token/', amy)),
      ])
    }
    expect(wrong).to.deep.equal([])
    expect((await deadlocks()) - before).to.equal(0)
  }).timeout(40_000)
})
