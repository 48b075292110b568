// Races of a sign-in against changes of its user, password, device or sessions between the password check and the
// insert of the session.
import { expect } from 'chai'
import { trials } from '../support/bursts.js'
import { type Answer, aClient, claimsOf } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aPause } from '../support/pause.js'
import { aServer, manyGuesses, password, type TestServer } from '../support/server.js'
import { devicesOf, sessionsOf } from '../support/sessions.js'

const newPassword = 'staple battery horse'

onEachEngine('a sign-in raced by a change between its password check and its insert', engine => {
  /** Signs amy in and runs `meanwhile` while the sign-in is held. @returns what the sign-in was answered */
  async function superseded(
    meanwhile: (server: TestServer, amy: { id: number; access: string }) => Promise<unknown>,
    more: (first: { device_token: string }) => object = () => ({}),
  ) {
    const pause = aPause()
    const server = await aServer({ engine, pauses: { passwordChecked: pause.here } })
    const { id } = await server.aUser({ username: 'amy' })
    const client = aClient(server)
    const before = await client.signIn({ username: 'amy', password })
    pause.arm()
    const held = client.post('/api/token/', { username: 'amy', password, ...more(before) })
    await pause.reached
    await meanwhile(server, { id, access: before.access })
    pause.letGo()
    return { server, client, before, answer: await held, id }
  }

  async function openSessions(server: TestServer, id: number): Promise<number> {
    return (await sessionsOf(server, id)).length
  }

  function refused({ status, body }: Answer): void {
    expect([status, body.detail]).to.deep.equal([401, 'No active account found with the given credentials'])
  }

  it('a password change: the sign-in is refused, and only the session that changed the password is left', async () => {
    const { server, client, answer, id } = await superseded(async (server, { access }) => {
      const json = { old_password: password, new_password: newPassword }
      expect((await aClient(server).post('/api/me/password/', json, access)).status).to.equal(204)
    })
    refused(answer)
    expect(await openSessions(server, id)).to.equal(1)
    await client.signIn({ username: 'amy', password: newPassword })
  })

  it('a password reset: the sign-in is refused, and no session is left', async () => {
    const { server, answer, id } = await superseded((server, { id }) =>
      server.composed.parts.people.users.setPassword(id, newPassword, 'system'),
    )
    refused(answer)
    expect(await openSessions(server, id)).to.equal(0)
  })

  it('a reset to the same password: earlier sessions end, the sign-in is checked again and succeeds', async () => {
    const { server, client, answer, id } = await superseded((server, { id }) =>
      server.composed.parts.people.users.setPassword(id, password, 'system'),
    )
    expect(answer.status).to.equal(200)
    expect(await openSessions(server, id)).to.equal(1)
    expect((await client.refresh(answer.body.refresh)).status).to.equal(200)
  })

  it('the user disabled: the sign-in is refused, and enabling the user revives no session', async () => {
    const { server, client, before, answer, id } = await superseded((server, { id }) =>
      server.composed.parts.people.users.disable(id, 'system'),
    )
    refused(answer)
    await server.composed.parts.people.users.enable(id, 'system')
    expect(await openSessions(server, id)).to.equal(0)
    expect((await client.refresh(before.refresh)).status).to.equal(401)
  })

  it('the user disabled and enabled: the sign-in is checked again, and only its new session is left', async () => {
    const { server, client, before, answer, id } = await superseded(async (server, { id }) => {
      await server.composed.parts.people.users.disable(id, 'system')
      await server.composed.parts.people.users.enable(id, 'system')
    })
    expect(answer.status).to.equal(200)
    expect(await openSessions(server, id)).to.equal(1)
    expect((await client.verify(answer.body.access)).status).to.equal(200)
    expect((await client.verify(before.access)).status).to.equal(401)
  })

  it('the user deleted: the sign-in is refused', async () => {
    const { answer } = await superseded((server, { id }) => server.composed.parts.people.users.remove(id, 'system'))
    refused(answer)
  })

  it('an end of all sessions: the sign-in gets a session that outlives that end', async () => {
    const { server, client, before, answer, id } = await superseded((server, { id }) =>
      server.composed.parts.devices.sessions.endAll(id, 'system'),
    )
    expect(answer.status).to.equal(200)
    expect((await client.verify(answer.body.access)).status).to.equal(200)
    expect((await client.verify(before.access)).status).to.equal(401)
    const refreshed = await client.refresh(answer.body.refresh)
    expect(refreshed.status).to.equal(200)
    expect((await client.verify(refreshed.body.access)).status).to.equal(200)
    expect(await openSessions(server, id)).to.equal(1)
  })

  it('an end of all sessions at each try: 503 with Retry-After, and no session', async () => {
    let tries = 0
    let id = 0
    const server: TestServer = await aServer({
      engine,
      pauses: {
        passwordChecked: async () => {
          tries++
          await server.composed.parts.devices.sessions.endAll(id, 'system')
        },
      },
    })
    id = (await server.aUser({ username: 'amy' })).id
    const answer = await aClient(server).post('/api/token/', { username: 'amy', password })
    expect([answer.status, answer.headers.get('retry-after')]).to.deep.equal([503, '1'])
    expect(tries).to.equal(3)
    expect(await openSessions(server, id)).to.equal(0)
  })

  it('the user renamed: the old username is refused, and the new username signs in', async () => {
    const { client, answer } = await superseded((server, { id }) =>
      server.composed.parts.people.users.rename(id, 'beth', 'system'),
    )
    refused(answer)
    const { access } = await client.signIn({ username: 'beth', password })
    expect(claimsOf(access).username).to.equal('beth')
  })

  it('the old username given to another user: the sign-in is refused', async () => {
    const { answer } = await superseded(async (server, { id }) => {
      await server.composed.parts.people.users.rename(id, 'beth', 'system')
      await server.aUser({ username: 'amy', password: newPassword })
    })
    refused(answer)
  })

  it('roles changed: the access token has the new roles and is not stale', async () => {
    const { client, answer } = await superseded((server, { id }) =>
      server.composed.parts.people.users.setRoles(id, ['support'], 'system'),
    )
    expect(claimsOf(answer.body.access).roles).to.deep.equal(['support'])
    expect((await client.verify(answer.body.access)).status).to.equal(200)
  })

  it('the presented device ended: the sign-in succeeds on another device', async () => {
    const { server, client, answer, id } = await superseded(
      async (server, { id }) => {
        const [device] = await devicesOf(server, id)
        await server.composed.parts.devices.sessions.endDevice(device!.device.id, id, 'system')
      },
      first => ({ device_token: first.device_token }),
    )
    expect(answer.status).to.equal(200)
    expect((await client.refresh(answer.body.refresh)).status).to.equal(200)
    const devices = await devicesOf(server, id)
    expect(devices.map(one => one.sessions.length)).to.deep.equal([1])
  })

  it('a password change among 40 sign-ins: no session of the old password outlives it', async () => {
    const server = await aServer({ engine, policy: manyGuesses })
    const client = aClient(server)
    let signedIn = 0
    let outlived = 0
    for (let trial = 0; trial < trials(4); trial++) {
      const amy = await server.aUser()
      const own = await client.signIn(amy)
      const attempts = Array.from({ length: 20 }, () => client.post('/api/token/', amy))
      const change = client.post('/api/me/password/', { old_password: password, new_password: newPassword }, own.access)
      const more = Array.from({ length: 20 }, () => client.post('/api/token/', amy))
      expect((await change).status).to.equal(204)
      const pairs = (await Promise.all([...attempts, ...more])).filter(answer => answer.status === 200)
      signedIn += pairs.length
      for (const { body } of pairs) {
        const [verified, refreshed] = [await client.verify(body.access), await client.refresh(body.refresh)]
        if (verified.status !== 401 || refreshed.status !== 401) outlived++
      }
      expect(await openSessions(server, amy.id), 'the one that changed it').to.equal(1)
      expect((await client.refresh(own.refresh)).status).to.equal(200)
    }
    console.log(`      ${signedIn} sign-ins with the old password during its change, ${outlived} outlived it`)
    expect(outlived).to.equal(0)
  }).timeout(60_000)

  it('20 sign-ins at once on one device: one session is left, and its token was answered', async () => {
    const server = await aServer({ engine, policy: manyGuesses })
    const client = aClient(server)
    const amy = await server.aUser()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => client.post('/api/token/', { ...amy, device: 'tablet' })),
    )
    expect(answers.map(answer => answer.status)).to.deep.equal(Array(20).fill(200))
    const verified = await Promise.all(answers.map(answer => client.verify(answer.body.access)))
    expect(verified.filter(answer => answer.status === 200)).to.have.length(1)
    expect(await openSessions(server, amy.id)).to.equal(1)
    expect(await devicesOf(server, amy.id)).to.have.length(1)
  })

  it('20 sign-ins at once under a limit of three sessions: exactly three are left', async () => {
    const server = await aServer({ engine, policy: { max_sessions_per_user: 3, ...manyGuesses } })
    const client = aClient(server)
    const amy = await server.aUser()
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.post('/api/token/', amy)))
    const verified = await Promise.all(answers.map(answer => client.verify(answer.body.access)))
    expect(verified.filter(answer => answer.status === 200)).to.have.length(3)
    expect(await openSessions(server, amy.id)).to.equal(3)
  })
})
