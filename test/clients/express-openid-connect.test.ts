// express-openid-connect, unmodified: it accepts logout tokens (OpenID Connect Back-Channel Logout 1.0) and ends its
// own sessions.
import { createServer, type Server } from 'node:http'
import { expect } from 'chai'
import express from 'express'
import openid from 'express-openid-connect'
import session from 'express-session'
import { anIssuer, registered, throughPages } from '../support/issuer.js'
import { freePort } from '../support/mariadb.js'
import type { TestServer } from '../support/server.js'
import { aVisitor } from '../support/visitor.js'

const { auth, requiresAuth } = openid

async function website(issuerBaseURL: string, clientSecret: string, port: number): Promise<Server> {
  const app = express()
  app.use(
    auth({
      ...{ issuerBaseURL, clientID: 'shop', clientSecret, baseURL: `http://localhost:${port}` },
      ...{ secret: 'of the test, long enough for its cookies', authRequired: false },
      authorizationParams: { response_type: 'code', scope: 'openid profile' },
      // Its store interface is the one of express-session.
      backchannelLogout: { store: new session.MemoryStore() as never },
    }),
  )
  app.get('/inside', requiresAuth(), (request, response) => void response.send(`Inside is ${request.oidc.user!.name}.`))
  app.set('env', 'test')
  const server = createServer(app)
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  return server
}

describe('express-openid-connect with back-channel logout', function () {
  this.timeout(60_000)
  let site: Server | undefined
  afterEach(() => {
    site?.closeAllConnections()
    site?.close()
  })

  async function aWebsite(session_required: boolean) {
    const server = await anIssuer({}, { outgoingAllow: { hosts: ['localhost'], networks: [] } })
    const port = await freePort()
    const home = `http://localhost:${port}`
    const secret = await registered(server, 'shop', 'web', {
      redirect_uris: [`${home}/callback`],
      backchannel_logout_uri: `${home}/backchannel-logout`,
      backchannel_logout_session_required: session_required,
    })
    site = await website(server.settings.issuer, secret, port)
    const person = await server.aUser({ firstName: 'Amy', lastName: 'Pond' })
    /** A browser of the user, signed in to the website. */
    async function aBrowser() {
      const [there, here] = [aVisitor(server), aVisitor({ url: home })]
      const sentTo = async (path: string) => (await here.send('GET', path)).headers.get('location')!
      const back = await throughPages(server, there, await sentTo('/inside'), person)
      await sentTo(back.pathname + back.search)
      const inside = async () => (await here.send('GET', '/inside')).status === 200
      expect(await inside()).to.equal(true)
      return { there, inside }
    }
    return { server, laptop: await aBrowser(), phone: await aBrowser() }
  }

  async function deliver({ composed }: TestServer): Promise<void> {
    await composed.parts.deliveries.sending.run()
    await composed.jobs.settled()
    const { deliveryStore, database } = composed.parts.storage
    expect(await deliveryStore.waiting(database, 10), 'it has taken what was sent').to.equal(0)
  }

  it('ends the session of the browser signed out at the server (sid), and keeps that of another browser', async () => {
    const { server, laptop, phone } = await aWebsite(true)
    await laptop.there.submit('/logout', {}, '/account')
    await deliver(server)
    expect([await laptop.inside(), await phone.inside()]).to.deep.equal([false, true])
  })

  it('ends the sessions of all browsers of the user where the logout token has no sid', async () => {
    const { server, laptop, phone } = await aWebsite(false)
    await laptop.there.submit('/logout', {}, '/account')
    await deliver(server)
    expect([await laptop.inside(), await phone.inside()]).to.deep.equal([false, false])
  })
})
