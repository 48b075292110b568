// passport-openidconnect in Express, unmodified. It has no PKCE, so the application has allow_without_pkce. It
// authenticates by client_secret_post (in node-oauth) and reads no discovery document.
import { createServer, type Server } from 'node:http'
import { expect } from 'chai'
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import OpenIDConnectStrategy, { type Profile, type VerifyCallback } from 'passport-openidconnect'
import {
  anIssuer,
  endDevicesOf,
  expectLive,
  expectOver,
  type Held,
  registered,
  secretProof,
  throughPages,
} from '../support/issuer.js'
import { freePort } from '../support/mariadb.js'
import { aVisitor } from '../support/visitor.js'

type SignedIn = Held & { id: string; name: string; idToken: string }

/** A website with sign-in, a page that shows the user, and logout at the website and the server. */
async function website(issuer: string, clientID: string, clientSecret: string, port: number): Promise<Server> {
  const at = (path: string) => `${issuer}/oauth/${path}`
  const people = new passport.Passport()
  const options = {
    issuer,
    clientID,
    clientSecret,
    authorizationURL: at('authorize'),
    tokenURL: at('token'),
    userInfoURL: at('userinfo'),
    callbackURL: `http://localhost:${port}/callback`,
    scope: ['profile', 'email'],
    skipUserProfile: false,
  }
  people.use(
    new OpenIDConnectStrategy(
      options,
      (
        _issuer: string,
        { id, displayName }: Profile,
        _context: object,
        idToken: string | object,
        access_token: string | object,
        refresh_token: string,
        done: VerifyCallback,
      ) => {
        const held = { access_token: String(access_token), refresh_token, idToken: String(idToken) }
        done(null, { ...held, id, name: displayName } satisfies SignedIn)
      },
    ),
  )
  people.serializeUser((user, done) => done(null, user))
  people.deserializeUser((user: object, done) => done(null, user))

  const app = express()
  app.use(session({ secret: 'of the test', resave: false, saveUninitialized: false }))
  app.use(people.session())
  app.get('/login', people.authenticate('openidconnect'))
  app.get('/callback', people.authenticate('openidconnect', { successRedirect: '/', failureMessage: true }))
  app.get('/', (request, response) => void response.json(request.user ?? null))
  app.get('/logout', (request, response, next) => {
    const { idToken = '' } = (request.user ?? {}) as Partial<SignedIn>
    request.logout(error => {
      if (error) return next(error)
      const parameters = { id_token_hint: idToken, post_logout_redirect_uri: `http://localhost:${port}/` }
      response.redirect(`${at('logout')}?${new URLSearchParams(parameters)}`)
    })
  })
  // Express's error page without the log line on stderr.
  app.set('env', 'test')
  const server = createServer(app)
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  return server
}

describe('passport-openidconnect', function () {
  this.timeout(60_000)
  let site: Server | undefined
  afterEach(() => {
    site?.closeAllConnections()
    site?.close()
  })

  async function aWebsite(excused = true) {
    const server = await anIssuer()
    const port = await freePort()
    const home = `http://localhost:${port}/`
    const secret = await registered(server, 'forum', 'web', {
      redirect_uris: [`${home}callback`],
      post_logout_redirect_uris: [home],
      token_endpoint_auth_method: 'client_secret_post',
      allow_without_pkce: excused,
    })
    site = await website(server.settings.issuer, 'forum', secret, port)
    const person = await server.aUser({ firstName: 'Amy', lastName: 'Pond' })
    const [there, here] = [aVisitor(server), aVisitor({ url: home.slice(0, -1) })]
    const sentTo = async (path: string) => (await here.send('GET', path)).headers.get('location')!
    return {
      server,
      person,
      home,
      proof: secretProof('forum', secret),
      sentTo,
      async signIn(): Promise<URL> {
        const back = await throughPages(server, there, await sentTo('/login'), person)
        expect(await sentTo(back.pathname + back.search)).to.equal('/')
        return back
      },
      whoIsHere: async (): Promise<SignedIn | null> => JSON.parse((await here.send('GET', '/')).text),
      leave: async () => throughPages(server, there, await sentTo('/logout'), person),
    }
  }

  it('gets invalid_request without PKCE unless the application has allow_without_pkce', async () => {
    const { server, person, sentTo, whoIsHere } = await aWebsite(false)
    const back = await throughPages(server, aVisitor(server), await sentTo('/login'), person)
    expect(back.searchParams.get('error')).to.equal('invalid_request')
    expect(await whoIsHere()).to.equal(null)
  })

  it('signs in with the profile of the user, and logs out at the website and the server', async () => {
    const { server, person, home, proof, signIn, whoIsHere, leave } = await aWebsite()
    await signIn()
    const held = (await whoIsHere())!
    expect(held).to.include({ id: String(person.id), name: 'Amy Pond' })
    await expectLive(server, held, proof)
    expect((await leave()).href).to.equal(home)
    expect(await whoIsHere()).to.equal(null)
    await expectOver(server, held, proof)
  })

  // The strategy itself neither refreshes nor sends a code twice: these requests are those of its website.
  it('refreshes; reuse of a refresh token or of a code ends the session', async () => {
    const { server, home, proof, signIn, whoIsHere } = await aWebsite()
    const token = async (form: Record<string, string>) => {
      const body = new URLSearchParams({ ...form, ...proof.form })
      const answer = await fetch(`${server.url}/oauth/token`, { method: 'POST', body })
      return { status: answer.status, body: (await answer.json()) as Held & { error?: string } }
    }
    await signIn()
    const spent = { grant_type: 'refresh_token', refresh_token: (await whoIsHere())!.refresh_token! }
    const { body: refreshed } = await token(spent)
    await expectLive(server, refreshed, proof)
    server.clock.advance('1m')
    expect(await token(spent)).to.deep.include({ status: 400 })
    await expectOver(server, refreshed, proof)

    const code = (await signIn()).searchParams.get('code')!
    const held = (await whoIsHere())!
    await expectLive(server, held, proof)
    // oidcc-codereuse
    const again = await token({ grant_type: 'authorization_code', code, redirect_uri: `${home}callback` })
    expect(again.body.error).to.equal('invalid_grant')
    await expectOver(server, held, proof)
  })

  it('has its tokens refused at once after an administrator has ended the device', async () => {
    const { server, person, proof, signIn, whoIsHere } = await aWebsite()
    await signIn()
    const held = (await whoIsHere())!
    await expectLive(server, held, proof)
    await endDevicesOf(server, person)
    await expectOver(server, held, proof)
  })
})
