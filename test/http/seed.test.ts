// The command `darvoza seed demo`, run by an operator alone and while a server runs.
import { expect } from 'chai'
import { aClient } from '../support/client.js'
import { aCommandLine, besideAServer, expectOneLine, patience } from '../support/command-line.js'

describe('darvoza seed demo', function () {
  this.timeout(patience)

  it('refuses invalid numbers with exit code 2, and creates no user', async () => {
    const darvoza = await aCommandLine().migrated()
    for (const wrong of ['0', '-1', '1e3', 'many', '500001', '1.5']) {
      const ran = await darvoza.run(['seed', 'demo', '--users', wrong])
      expect(ran.code, wrong).to.equal(2)
      expectOneLine(ran, /--users/)
    }
    expect((await darvoza.run(['seed', 'demo', '--sessions', '2000001'])).code).to.equal(2)
    expect((await darvoza.run(['seed'])).code).to.equal(2)
    expect(await darvoza.json(['user', 'list'])).to.deep.equal([])
  })

  it('fills an empty installation with users and sessions, and prints that none can sign in', async () => {
    const darvoza = await aCommandLine().migrated()
    const ran = await darvoza.run(['seed', 'demo', '--users', '20', '--sessions', '60'])
    expect(ran.code, ran.stderr).to.equal(0)
    expect(ran.stdout).to.match(/^made 20 users with \d+ devices and 60 sessions, .*; none of them can sign in\n$/)
    // A progress bar is only for terminals.
    expect(ran.stderr).to.equal('')
    expect(await darvoza.json(['user', 'list', '--limit', '100'])).to.have.length.within(18, 20)
    await darvoza.done(['audit', 'verify'])
  })

  it('refuses to run with exit code 1 if users exist, unless --yes is given', async () => {
    const darvoza = await (await aCommandLine().migrated()).cheaply()
    await darvoza.done(['user', 'create', 'amy', '--password-stdin'], 'a good password 9')
    const ran = await darvoza.run(['seed', 'demo', '--users', '5'])
    expect(ran.code).to.equal(1)
    expectOneLine(ran, /--yes/)
    expect(await darvoza.json(['user', 'list'])).to.have.length(1)
    const made = await darvoza.json(['seed', 'demo', '--users', '5', '--yes'])
    expect(made).to.include({ users: 5, sessions: 25, seed: 'darvoza' })
    const refused = await darvoza.run(['seed', 'demo', '--users', '5', '--yes', '--password-stdin'], 'short')
    expect(refused.code).to.equal(2)
    expectOneLine(refused, /password/)
  })

  it('delays no refresh of a running server beyond 1.5 s, and breaks none', async () => {
    const { server, darvoza } = await besideAServer()
    const client = aClient(server)
    let { refresh } = await client.signIn(await server.aUser())
    const seeding = { isOver: false }
    const command = ['seed', 'demo', '--users', '300', '--sessions', '2000', '--yes', '--seed', 'x']
    const seeded = darvoza.start([...command, '--password-stdin', '--json'], 'a demo for all of us').finally(() => {
      seeding.isOver = true
    })
    const times: number[] = []
    while (!seeding.isOver) {
      const since = performance.now()
      const answer = await client.refresh(refresh)
      times.push(performance.now() - since)
      expect(answer.status, answer.text).to.equal(200)
      refresh = answer.body.refresh
    }
    expect(JSON.parse((await seeded).stdout)).to.include({ users: 300, sessions: 2_000 })
    expect(times.length).to.be.above(20)
    expect(Math.max(...times), 'the slowest refresh, in ms').to.be.below(1_500)
    const { results } = await server.composed.parts.people.userList.page({ state: 'active' }, 'newest', { limit: 1 })
    await client.signIn({ username: results[0]!.user.username, password: 'a demo for all of us' })
    await darvoza.done(['audit', 'verify'])
  })
})
