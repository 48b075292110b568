// SIGSTOP of a server, as when a virtual machine migrates or a container is frozen: after SIGCONT it must not serve old
// state.
import { expect } from 'chai'
import { aClient, claimsOf } from '../support/client.js'
import { onEachEngine, onMariaDb } from '../support/engines.js'
import { aServerProcess } from '../support/processes.js'
import { password } from '../support/server.js'

const admin = { username: 'admin', password }
const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

onMariaDb('P1: a server paused with SIGSTOP and resumed', engine => {
  it('refuses a session that was ended elsewhere meanwhile, from its first answer on', async () => {
    const settings = await engine.migrated()
    const [stopped, other] = await Promise.all([aServerProcess(settings), aServerProcess(settings)])
    const [own, ended] = [await aClient(other).signIn(admin), await aClient(other).signIn(admin)]
    expect((await aClient(stopped).verify(ended.access)).status).to.equal(200)

    stopped.signal('SIGSTOP')
    const answer = await aClient(other).delete(`/api/me/sessions/${claimsOf(ended.access).sid}/`, own.access)
    expect(answer.status).to.equal(204)
    // These requests wait in its sockets when it resumes, before any of its timers has run.
    const asked = Array.from({ length: 20 }, () => aClient(stopped).verify(ended.access))
    await pause(1_500)
    stopped.signal('SIGCONT')
    const answers = await Promise.all(asked)
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([401]))
    expect((await aClient(stopped).verify(own.access)).status).to.equal(200)
  }).timeout(20_000)
})

onMariaDb('P6: one of two servers, paused for longer than the reuse grace while the other serves', engine => {
  it('accepts the refresh token whose successor never reached the client', async () => {
    const settings = await engine.migrated()
    const [away, other] = [await aServerProcess(settings, { reuse_grace: 1 }), await aServerProcess(settings, null)]
    const pair = await aClient(away).signIn(admin)
    expect((await aClient(away).refresh(pair.refresh)).status, 'an answer that we take to be lost').to.equal(200)
    away.signal('SIGSTOP')
    const until = performance.now() + 4_500
    while (performance.now() < until) {
      expect((await aClient(other).get('/readyz')).status).to.equal(200)
      await pause(200)
    }
    const again = aClient(away).refresh(pair.refresh)
    away.signal('SIGCONT')
    const { status, text } = await again
    expect(status, text).to.equal(200)
  }).timeout(20_000)
})

onEachEngine('P6: the only server, paused for longer than the reuse grace', engine => {
  it('accepts the refresh token whose successor never reached the client', async () => {
    const server = await aServerProcess(await engine.migrated(), { reuse_grace: 1 })
    const client = aClient(server)
    const pair = await client.signIn(admin)
    expect((await client.refresh(pair.refresh)).status, 'an answer that we take to be lost').to.equal(200)
    server.signal('SIGSTOP')
    await pause(4_500)
    const again = client.refresh(pair.refresh)
    server.signal('SIGCONT')
    const { status, text, body } = await again
    expect(status, text).to.equal(200)
    expect((await client.refresh(body.refresh)).status).to.equal(200)
  }).timeout(20_000)
})
