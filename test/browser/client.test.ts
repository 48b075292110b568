// `darvoza/client` as built, in pages of a real browser: Web Locks, BroadcastChannel, localStorage, and Chromium's
// fetch.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { aVisit, onBrowser } from '../support/browser.js'
import { aClient } from '../support/client.js'
import { aLosingGateway, type LosingGateway } from '../support/losing-gateway.js'
import { waitFor } from '../support/mariadb.js'
import { overnight, race } from '../support/races.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { servesTabs, type Tabs, tabsInBrowser } from '../support/tabs.js'

const refreshPath = '/api/token/refresh/'

onBrowser('browser tabs that share one client session', () => {
  let gateway: LosingGateway
  /** The target of the redirect at `/leads-away`. */
  let away = ''
  afterEach(() => gateway.close())

  async function open(count: number, loses: (path: string) => boolean = () => false) {
    const server = await aServer()
    gateway = await aLosingGateway([server], {
      loses,
      serves(incoming, answer) {
        if (incoming.url !== '/leads-away') return servesTabs(incoming, answer)
        answer.writeHead(302, { Location: away }).end()
        return true
      },
    })
    const visit = await aVisit(gateway)
    const tabs = await tabsInBrowser(count, gateway.url, visit.context())
    return { server, ...tabs, ...together(server, tabs) }
  }

  const together = (server: TestServer, tabs: Tabs) => ({
    async advance(ms: number) {
      server.clock.advance(`${ms}ms`)
      await tabs.advance(ms)
    },
  })

  it('wake together while answers are lost: one token rotation per wake-up, and no session ends', async () => {
    let dice = 0
    const all = await open(6, path => path === refreshPath && dice++ % 2 === 0)
    const result = await race(all, gateway, 3, await all.server.aUser())
    expect(result).to.deep.include({ failed: [], signedOut: [], steps: 3 })
    // Web Locks: of six tabs one refreshes, and loses every other answer. Now and then a second tab gets the lock
    // before the stored tokens of the first have reached its process.
    expect(result.refreshes).to.be.within(6, 12)
  })

  it('are all signed out together, with one event each', async () => {
    const { tabs, server } = await open(3)
    await tabs[0]!.signIn(await server.aUser())
    for (const tab of tabs) expect(await tab.call()).to.equal(200)
    await tabs[1]!.signOut()
    await waitFor(async () => {
      for (const tab of tabs) expect(await tab.signedOut()).to.deep.equal(['signed_out'])
    })
    expect(await tabs[2]!.call()).to.equal(401)
    expect(await tabs[2]!.held()).to.equal(null)
  })

  it('resend a refused body, and send no access token to another origin or tab', async () => {
    const { tabs, server, pages } = await open(2)
    const person = await server.aUser()
    await tabs[0]!.signIn(person)
    const [page, other] = [pages[0]!, pages[1]!]
    await other.evaluate(`globalThis.heard = []; globalThis.ear = new BroadcastChannel('tabs')
      ear.onmessage = event => heard.push(JSON.stringify(event.data))`)
    const administrator = aClient(server)
    const { access } = await administrator.signIn({ username: 'admin', password })
    const bodies = [
      `JSON.stringify({ first_name: 'Ann' })`,
      `new Blob([JSON.stringify({ first_name: 'Ann' })])`,
      `new TextEncoder().encode(JSON.stringify({ first_name: 'Ann' }))`,
    ]
    for (const [turn, body] of bodies.entries()) {
      const renamed = { username: `renamed${turn}` }
      expect((await administrator.patch(`/api/admin/users/${person.id}`, renamed, access)).status).to.equal(200)
      const answer = await page.evaluate(
        `client.fetch('/api/me/', { method: 'PATCH', headers: { 'Content-Type': 'application/json' }, body: ${body} })
          .then(answer => answer.json())`,
      )
      expect(answer).to.deep.include({ first_name: 'Ann', username: `renamed${turn}` })
    }
    expect(gateway.carried.get(refreshPath)).to.equal(3)
    await waitFor(async () => expect(await other.evaluate('heard.length')).to.equal(3))
    expect(await other.evaluate('heard')).to.deep.equal(Array(3).fill('{"changed":"refreshed"}'))

    const authorized: unknown[] = []
    const foreign = createServer((incoming, answer) => {
      authorized.push(incoming.headers.authorization)
      answer.writeHead(200, { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': '*' }).end('{}')
    }).listen(0, '127.0.0.1')
    await new Promise(resolve => foreign.once('listening', resolve))
    away = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`
    for (const path of ['/leads-away', away])
      expect(await page.evaluate(`client.fetch('${path}').then(answer => answer.status)`), path).to.equal(200)
    expect(authorized).to.deep.equal([undefined, undefined])
    foreign.closeAllConnections()
    foreign.close()
  })

  it('share one DPoP key that is not extractable, also after a reload', async () => {
    const { pages } = await open(3)
    const script = `import('/client/client.js').then(async ({ createClient, indexedDbKeys }) => {
      const made = createClient({ issuer: location.origin, clientId: 'notes', dpop: true, name: 'notes' })
      const never = () => Promise.reject(new Error('made anew'))
      const print = await made.keyThumbprint()
      const { privateKey } = await indexedDbKeys().keep('notes', never)
      return [print, privateKey.extractable, privateKey.type]
    })`
    const told = (await Promise.all(pages.map(page => page.evaluate(script)))) as [string, boolean, string][]
    const [first] = told
    expect(told).to.deep.equal(Array(3).fill([first![0], false, 'private']))
    await pages[0]!.reload()
    expect(await pages[0]!.evaluate(script)).to.deep.equal(first)
  })

  it('can refresh while another tab holds the lock and hangs', async () => {
    const { tabs, server, advance, pages } = await open(2)
    await tabs[0]!.signIn(await server.aUser())
    await pages[1]!.evaluate(`void navigator.locks.request('tabs', () => new Promise(() => {}))`)
    await advance(overnight)
    expect(await tabs[0]!.call()).to.equal(200)
  })
})
