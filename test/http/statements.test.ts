// How many database statements the most frequent requests and pages need. A page reads what it shows, once; a new
// statement here needs a reason. Reads by the follower of the revocation log are not counted.
import { expect } from 'chai'
import { aClient } from '../support/client.js'
import { type Engine, onEachEngine } from '../support/engines.js'
import { aServer, password } from '../support/server.js'
import { devicesOf } from '../support/sessions.js'
import { countOf } from '../support/statements.js'
import { aVisitor } from '../support/visitor.js'

const admin = { username: 'admin', password }
const ownSite = { 'Sec-Fetch-Site': 'same-origin' }

/** MariaDB locks rows by reading them; SQLite's transactions hold the one write lock. */
const withLocks = ({ name }: Engine, locks: number) => (name === 'MariaDB' ? locks : 0)

onEachEngine('the number of database statements', engine => {
  /** Amy is signed in on three devices, and an administrator has changed her name. */
  async function aWorld() {
    const server = await aServer({ engine })
    const amy = await server.aUser({ username: 'amy', roles: ['support'] })
    for (const agent of ['one/1', 'two/1', 'three/1']) await aClient(server, agent).signIn(amy)
    const client = aClient(server)
    const token = (await client.signIn(admin)).access
    await client.patch(`/api/admin/users/${amy.id}`, { first_name: 'Amelia' }, token)
    return { server, client, amy, token }
  }

  it('for a sign-in (5 reads, 5 writes), a refresh (1 and 1), and a token verification (none)', async () => {
    const { server, client, amy } = await aWorld()
    let pair = await client.signIn(amy)
    const signIn = await countOf(server, async () => {
      pair = await client.signIn(amy)
    })
    expect(signIn, 'sign-in').to.deep.equal({ reads: 5, writes: 5 })
    const refresh = await countOf(server, async () => {
      const answer = await client.refresh(pair.refresh)
      expect(answer.status).to.equal(200)
      pair = answer.body
    })
    expect(refresh, 'refresh').to.deep.equal({ reads: 1, writes: 1 })
    const verify = await countOf(server, async () => {
      expect((await client.verify(pair.access)).status).to.equal(200)
    })
    expect(verify, 'verify').to.deep.equal({ reads: 0, writes: 0 })
  })

  it('for ending a device by its user, by an administrator, and on the page', async () => {
    const { server, client, amy, token } = await aWorld()
    const own = (await aClient(server, 'four/1').signIn(amy)).access
    const [one, two, three] = (await devicesOf(server, amy.id)).map(one => one.device.id)
    const ended = (path: string, by: string) =>
      countOf(server, async () => {
        expect((await client.delete(path, by)).status).to.equal(204)
      })
    // Two reads belong to every change: both log heads, and whether the actor's application was ended meanwhile. For
    // the actor's own device it reads the actor, the device with its sessions, and their children; for another user's
    // device before that its owner, and the rights of both.
    const writes = 6
    expect(await ended(`/api/me/devices/${one}`, own), 'own').to.deep.equal({
      reads: 2 + 3 + withLocks(engine, 5),
      writes,
    })
    expect(await ended(`/api/admin/devices/${two}`, token), 'of somebody').to.deep.equal({
      reads: 2 + 5 + withLocks(engine, 5),
      writes,
    })
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    const action = `/admin/devices/${three}/end`
    const form = { _token: visitor.tokenOn(await visitor.open(`/admin/devices/${three}`), action) }
    // The browser session is read before the body and after it, and the notice names the device's owner.
    const byPage = await countOf(server, async () => {
      expect((await visitor.send('POST', action, { form, headers: ownSite })).status).to.equal(303)
    })
    expect(byPage, 'by page').to.deep.equal({ reads: 2 + 5 + 2 + 1 + withLocks(engine, 5), writes: writes + 1 })
  })

  it("for the user page, Home, the lists, and the user's own devices", async () => {
    const { server, amy } = await aWorld()
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    const page = (path: string) =>
      countOf(server, async () => {
        expect((await visitor.send('GET', path)).status).to.equal(200)
      })
    // The browser session, the user, devices with their number, sessions on these, live sessions and tokens, consents,
    // applications with sessions, API keys, history, its actors, and the roles to choose from.
    expect(await page(`/admin/users/${amy.id}`), 'user').to.deep.equal({ reads: 11, writes: 0 })
    // Four of them are for applications: two for the list, one for the rows, one for their usage.
    expect(await page('/admin/'), 'Home').to.deep.equal({ reads: 18, writes: 0 })
    // The browser session, two for the list, one for the rows, one for their usage.
    expect(await page('/admin/applications'), 'applications').to.deep.equal({ reads: 5, writes: 0 })
    // The browser session, the range and ids of the list, the users, their live sessions, and the roles to filter by.
    expect(await page('/admin/users'), 'users').to.deep.equal({ reads: 6, writes: 0 })
    // The browser session and the list, which its index answers alone when no filter is set.
    expect(await page('/admin/incidents'), 'incidents').to.deep.equal({ reads: 2, writes: 0 })
    expect(await page('/account/devices'), 'own devices').to.deep.equal({ reads: 8, writes: 0 })
  })
})
