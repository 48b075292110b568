// The password that is asked for again before a change that is hard to undo: checked in a transaction that judges its
// actor, though it is neither audited nor revokes anything.
import { expect } from 'chai'
import { onEachEngine } from '../support/engines.js'
import { aPause } from '../support/pause.js'
import { aServer, password, sharedHashing, type TestServer } from '../support/server.js'
import { sessionsOf } from '../support/sessions.js'
import { aVisitor, localOf } from '../support/visitor.js'

const ownSite = { 'Sec-Fetch-Site': 'same-origin' }

onEachEngine('the password asked for again (POST /prove)', engine => {
  /** Submits the right password, and runs `meanwhile` while its hash is compared. */
  async function overtaken(meanwhile: (server: TestServer) => Promise<unknown>) {
    const pause = aPause()
    const { hash, matches } = sharedHashing()
    const hashingWork = {
      hash,
      async matches(typed: string, encoded: string) {
        const right = await matches(typed, encoded)
        await pause.here()
        return right
      },
    }
    const server = await aServer({ engine, ports: { hashingWork } })
    const visitor = aVisitor(server)
    await visitor.signIn({ username: 'admin', password })
    server.clock.advance('6m')
    const _token = visitor.tokenOn(await visitor.open('/account'), '/account')
    const before = await authenticatedAt(server)
    pause.arm()
    const form = { _token, next: '/account', _proof: password }
    const held = visitor.send('POST', '/prove', { form, headers: ownSite })
    await pause.reached
    await meanwhile(server)
    pause.letGo()
    const answer = await held
    return { answer, isAuthenticated: (await authenticatedAt(server)) > before }
  }

  it('is refused when the session ended during the hash comparison', async () => {
    const { answer, isAuthenticated } = await overtaken(async server => {
      const [one] = await sessionsOf(server, 1)
      await server.composed.parts.devices.sessions.end(one!.session.id, null, 'system')
    })
    expect(answer.status).to.not.equal(200)
    expect(isAuthenticated).to.equal(false)
  })

  it('is refused when the password changed during the hash comparison', async () => {
    const { answer, isAuthenticated } = await overtaken(async ({ composed }) => {
      const { database, userStore } = composed.parts.storage
      await userStore.update(database, 1, { passwordHash: 'another' })
    })
    expect(answer.text).to.include('This is not your password.')
    expect(isAuthenticated).to.equal(false)
  })

  it('is accepted when the policy changed meanwhile and this process does not know the change yet', async () => {
    const { answer, isAuthenticated } = await overtaken(async server => {
      const second = await aServer({ settings: server.settings, policy: null, clock: server.clock })
      await second.composed.parts.policies.policies.set({ access_token_lifetime: 120 }, 'system', 'test')
    })
    expect(localOf(answer)).to.equal('/account')
    expect(isAuthenticated).to.equal(true)
  })
})

async function authenticatedAt({ composed }: TestServer): Promise<number> {
  const { database } = composed.parts.storage
  const [row] = await database.read<{ at: number }>('SELECT authenticated_at AS at FROM page_session')
  return row!.at
}
