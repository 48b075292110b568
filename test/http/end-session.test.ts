// OpenID Connect RP-Initiated Logout: which sessions it ends, where it redirects, and which requests it refuses.
import { expect } from 'chai'
import { aClient } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { tokensOf } from '../support/id-tokens.js'
import { later } from '../support/keys.js'
import { aServer, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'
import { aVisitor, type Visitor } from '../support/visitor.js'

const back = 'https://shop.example/bye?from=gate'
const foreign = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://shop.example' }
const ownSite = { 'Sec-Fetch-Site': 'same-origin' }

/** A user with a browser session, and a session of an application opened through it. */
async function signedIn(server: TestServer) {
  const person = await server.aUser()
  const visitor = aVisitor(server)
  await visitor.signIn(person)
  const { sid } = await sessionOf(server, person.id)
  const at = await tokensOf(server, person, {
    scope: 'openid',
    metadata: { post_logout_redirect_uris: [back] },
    grant: { browserSid: sid },
  })
  return { person, visitor, sid, ...at }
}

async function sessionOf({ composed }: TestServer, userId: number) {
  const { database } = composed.parts.storage
  const [row] = await database.read<{ sid: string }>(
    "SELECT id AS sid FROM session WHERE user_id = ? AND application_id = 'darvoza' AND ended_at IS NULL",
    [userId],
  )
  return row!
}

async function isEnded({ composed }: TestServer, sid: string): Promise<boolean> {
  const { sessionStore, database } = composed.parts.storage
  return (await sessionStore.find(database, sid))!.endedAt !== null
}

const isSignedIn = async (visitor: Visitor) => (await visitor.send('GET', '/account')).status === 200

const leave = (visitor: Visitor, asked: Record<string, string> | string) =>
  visitor.send('GET', `/oauth/logout?${new URLSearchParams(asked)}`)

const locationOf = ({ status, headers }: { status: number; headers: Headers }) => [status, headers.get('location')]

describe('RP-initiated logout is refused, without a redirect or an ended session,', () => {
  let server: TestServer
  let world: Awaited<ReturnType<typeof signedIn>>
  beforeEach(async () => {
    server = await aServer()
    world = await signedIn(server)
  })

  async function refused(asked: Record<string, string> | string, code: string) {
    const before = await snapshotOf(server)
    const seen = await leave(world.visitor, asked)
    expect(locationOf(seen), code).to.deep.equal([400, null])
    expect(seen.text, code).to.include(code).and.not.include('href="https://shop.example')
    expect(seen.headers.get('access-control-allow-origin')).to.equal(null)
    expect(await snapshotOf(server)).to.equal(before)
    expect(await isSignedIn(world.visitor)).to.equal(true)
  }

  // oidcc-rp-initiated-logout-bad-id-token-hint, oidcc-rp-initiated-logout-modified-id-token-hint
  it('for an id_token_hint that is invalid, modified, unsigned or an access token', async () => {
    const { idToken, access } = world
    const [head, claims, signature] = idToken.split('.')
    const other = Buffer.from(JSON.stringify({ ...JSON.parse(String(Buffer.from(claims!, 'base64url'))), sub: '1' }))
    for (const hint of [
      'garbage',
      `${head}.${claims}.`,
      `${head}.${other.toString('base64url')}.${signature}`,
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`,
      access,
    ])
      await refused({ id_token_hint: hint, post_logout_redirect_uri: back, state: 'a' }, 'logout_hint_refused')
  })

  it('for an id_token_hint of another application than client_id, and for an unknown client_id', async () => {
    const other = await tokensOf(server, world.person)
    await refused({ id_token_hint: world.idToken, client_id: other.id }, 'logout_hint_refused')
    await refused({ id_token_hint: world.idToken, client_id: 'nobody' }, 'logout_hint_refused')
    await refused({ client_id: 'nobody' }, 'unknown_application')
  })

  // oidcc-rp-initiated-logout-bad-post-logout-redirect-uri,
  // oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri
  it('for a post_logout_redirect_uri that is not registered byte by byte', async () => {
    for (const uri of [
      'https://evil.example/',
      `${back}&more=1`,
      `${back}/`,
      back.toUpperCase(),
      back.replace('https', 'http'),
      'https://shop.example/bye',
      `${back}#part`,
      'javascript:alert(1)',
    ]) {
      await refused({ id_token_hint: world.idToken, post_logout_redirect_uri: uri }, 'unregistered_logout_uri')
      await refused({ client_id: world.id, post_logout_redirect_uri: uri }, 'unregistered_logout_uri')
    }
  })

  it('for a repeated parameter and for a huge one', async () => {
    await refused(`state=a&state=b&id_token_hint=${world.idToken}`, 'invalid_request')
    await refused(`id_token_hint=${world.idToken}&id_token_hint=${world.idToken}`, 'invalid_request')
    await refused({ id_token_hint: world.idToken, state: 's'.repeat(7_000) }, 'invalid_request')
  })

  it('for a confirmation form sent from another site or without its form token', async () => {
    const before = await snapshotOf(server)
    const form = { id_token_hint: world.idToken }
    expect((await world.visitor.send('POST', '/logout/confirm', { form, headers: foreign })).status).to.equal(403)
    expect((await world.visitor.send('POST', '/logout/confirm', { form, headers: ownSite })).status).to.equal(403)
    expect(await snapshotOf(server)).to.equal(before)
  })
})

onEachEngine('RP-initiated logout', engine => {
  let server: TestServer
  beforeEach(async () => {
    server = await aServer({ engine })
  })

  // oidcc-rp-initiated-logout, oidcc-rp-initiated-logout-no-state
  it('ends the browser session and its child by id_token_hint, and redirects with state', async () => {
    for (const state of ['a b&c=d', undefined]) {
      const { visitor, idToken, sid, session } = await signedIn(server)
      const asked = { id_token_hint: idToken, post_logout_redirect_uri: back, ...(state !== undefined && { state }) }
      const seen = await leave(visitor, asked)
      const tail = state === undefined ? '' : `&${new URLSearchParams({ state })}`
      expect(locationOf(seen)).to.deep.equal([303, back + tail])
      expect(await isSignedIn(visitor)).to.equal(false)
      expect(await isEnded(server, sid)).to.equal(true)
      // Sessions opened through the browser session end too, also that of the application itself.
      await server.composed.jobs.settled()
      expect(await isEnded(server, session.id)).to.equal(true)
    }
  })

  it('accepts an expired id_token_hint of a removed key, but none of a revoked key', async () => {
    const one = await signedIn(server)
    const two = await signedIn(server)
    const { keyRing } = server.composed.parts.keys
    await keyRing.rotate({ algorithm: 'RS256', atOnce: true }, 'system')
    await later('10h', server)
    const gone = (await keyRing.list()).find(key => key.algorithm === 'RS256' && key.state === 'gone')!
    expect(
      locationOf(await leave(one.visitor, { id_token_hint: one.idToken, post_logout_redirect_uri: back })),
    ).to.deep.equal([303, back])
    expect(await isEnded(server, one.sid)).to.equal(true)
    await keyRing.revoke(gone.kid, 'system')
    expect((await leave(two.visitor, { id_token_hint: two.idToken })).text).to.include('logout_hint_refused')
    expect(await isEnded(server, two.sid)).to.equal(false)
  })

  // oidcc-rp-initiated-logout-no-post-logout-redirect-uri
  it('shows a signed-out page without post_logout_redirect_uri', async () => {
    const { visitor, idToken, sid } = await signedIn(server)
    const seen = await leave(visitor, { id_token_hint: idToken })
    expect(locationOf(seen)).to.deep.equal([200, null])
    expect(seen.text).to.include('You are signed out')
    expect(await isEnded(server, sid)).to.equal(true)
  })

  // oidcc-rp-initiated-logout-no-id-token-hint, oidcc-rp-initiated-logout-no-params, oidcc-rp-initiated-logout-only-state
  it('asks the user without an id_token_hint, and ends the session after confirmation', async () => {
    const { visitor, person, id, sid } = await signedIn(server)
    for (const asked of [
      {},
      { state: 'a' },
      { client_id: id },
      { post_logout_redirect_uri: back, state: 'a' },
    ] as Record<string, string>[]) {
      const seen = await leave(visitor, asked)
      expect(locationOf(seen)).to.deep.equal([200, null])
      expect(seen.text).to.include('Sign out?').and.include(person.username)
      expect(await isEnded(server, sid)).to.equal(false)
    }
    const asked = { client_id: id, post_logout_redirect_uri: back, state: 'a' }
    const page = await leave(visitor, asked)
    expect(page.headers.get('content-security-policy')).to.match(/form-action [^;]*https:\/\/shop\.example/)
    const form = { _token: visitor.tokenOn(page, '/logout/confirm'), ...asked }
    // The parameters sent with the confirmation are checked again.
    const changed = { ...form, post_logout_redirect_uri: 'https://evil.example/' }
    const refused = await visitor.send('POST', '/logout/confirm', { form: changed, headers: ownSite })
    expect(locationOf(refused)).to.deep.equal([400, null])
    expect(await isEnded(server, sid)).to.equal(false)
    const done = await visitor.send('POST', '/logout/confirm', { form, headers: ownSite })
    expect(locationOf(done)).to.deep.equal([303, `${back}&state=a`])
    expect(await isEnded(server, sid)).to.equal(true)
  })

  it('asks the user if the id_token_hint belongs to another user or another browser', async () => {
    const one = await signedIn(server)
    const other = await signedIn(server)
    const elsewhere = aVisitor(server)
    await elsewhere.signIn(one.person)
    for (const visitor of [other.visitor, elsewhere]) {
      const seen = await leave(visitor, { id_token_hint: one.idToken, post_logout_redirect_uri: back })
      expect(locationOf(seen)).to.deep.equal([200, null])
      expect(seen.text).to.include('Sign out?')
      expect(await isSignedIn(visitor)).to.equal(true)
    }
    expect(await isEnded(server, one.session.id)).to.equal(false)
    expect(await isEnded(server, other.sid)).to.equal(false)
  })

  it('asks without an id_token_hint also if the browser session has expired and a child lives on', async () => {
    for (const isMarked of [false, true]) {
      const { visitor, session, idToken } = await signedIn(server)
      server.clock.advance('25h')
      // As if the session of the application had been refreshed meanwhile.
      const { database } = server.composed.parts.storage
      const until = server.clock.now() + 60_000
      await database.write('UPDATE session SET expires_at = ? WHERE id = ?', [until, session.id])
      if (isMarked) await server.composed.jobs.runAll()
      expect(await isSignedIn(visitor)).to.equal(false)
      for (const asked of [{}, { state: 'a' }]) {
        const seen = await leave(visitor, asked as Record<string, string>)
        expect(seen.text).to.include('Sign out?').and.include('may still be signed in')
        expect(await isEnded(server, session.id), 'by any site that sends a browser here').to.equal(false)
      }
      const page = await leave(visitor, {})
      const form = { _token: visitor.tokenOn(page, '/logout/confirm') }
      if (isMarked) await leave(visitor, { id_token_hint: idToken })
      else await visitor.send('POST', '/logout/confirm', { form, headers: ownSite })
      expect(await isEnded(server, session.id)).to.equal(true)
    }
  })

  it('accepts a cross-site POST by redirecting to a GET, with which the session cookie is sent', async () => {
    const { visitor, idToken, sid } = await signedIn(server)
    const form = { id_token_hint: idToken, post_logout_redirect_uri: back, state: 'a' }
    const seen = await aVisitor(server).send('POST', '/oauth/logout', { form, headers: foreign })
    expect(seen.status).to.equal(303)
    expect(await isEnded(server, sid)).to.equal(false)
    const led = await visitor.send('GET', seen.headers.get('location')!)
    expect(locationOf(led)).to.deep.equal([303, `${back}&state=a`])
    expect(await isEnded(server, sid)).to.equal(true)
  })

  it('without a browser session ends only the session of the id_token_hint, and redirects', async () => {
    const { idToken, session, sid, id } = await signedIn(server)
    const stranger = aVisitor(server)
    const none = await leave(stranger, { client_id: id, post_logout_redirect_uri: back })
    // Without an id_token_hint the page has a link instead of a redirect.
    expect(locationOf(none)).to.deep.equal([200, null])
    expect(none.text).to.include(`href="${back}"`)
    expect(await isEnded(server, session.id)).to.equal(false)
    const seen = await leave(stranger, { id_token_hint: idToken, post_logout_redirect_uri: back })
    expect(locationOf(seen)).to.deep.equal([303, back])
    expect(await isEnded(server, session.id)).to.equal(true)
    expect(await isEnded(server, sid)).to.equal(false)
    // Sent again, with no session left to end, it redirects all the same.
    expect(locationOf(await leave(stranger, { id_token_hint: idToken, post_logout_redirect_uri: back }))).to.deep.equal(
      [303, back],
    )
  })

  it('shows its page in the language of ui_locales', async () => {
    const { visitor } = await signedIn(server)
    expect((await leave(visitor, { ui_locales: 'ru' })).text).to.include('Выйти?')
  })

  it('allows no CORS preflight from another origin', async () => {
    const headers = { Origin: 'https://shop.example', 'Access-Control-Request-Method': 'GET' }
    const preflight = await aClient(server).send('OPTIONS', '/oauth/logout', { headers })
    expect(preflight.headers.get('access-control-allow-origin')).to.equal(null)
  })
})
