// Tickets of authorization requests: valid for an hour, unchanged, in the browser that began the request.
import { createSecretKey, randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { refuse } from '../../server/protocol/errors.js'
import { createTickets } from '../../server/tokens/ticket.js'
import { aRequest, authorizePath, authorizeQuery, aWebsite } from '../support/authorizations.js'
import { onMariaDb } from '../support/engines.js'
import { aServer, issuer, password, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'
import { aVisitor, localOf, type Seen, type Visitor } from '../support/visitor.js'

const callback = 'https://shop.example/callback'
const ownSite = { 'Sec-Fetch-Site': 'same-origin' }
const admin = { username: 'admin', password }

async function aStage(metadata: object = {}) {
  const server = await aServer()
  await aWebsite(server, 'shop', { name: 'The shop', metadata: { first_party: true, ...metadata } })
  const visitor = aVisitor(server)
  return { server, visitor, ticket: await begin(visitor) }
}

async function begin(visitor: Visitor, changes = {}): Promise<string> {
  const login = await visitor.send('GET', authorizePath('shop', changes))
  return new URLSearchParams(localOf(login).split('?')[1]).get('ticket')!
}

const pages = (ticket: string) => [`/login?ticket=${ticket}`, `/oauth/authorize?ticket=${ticket}`]
const locationOf = ({ headers }: Seen) => headers.get('location') ?? ''

/** Expects 400 from each page and form with this ticket: no redirect, no code, no session. */
async function expectExpired(visitor: Visitor, ticket: string, way: string | null, what = ''): Promise<void> {
  for (const path of pages(ticket)) {
    const seen = await visitor.send('GET', path)
    expect([seen.status, locationOf(seen)], `${what} ${path.slice(0, 20)}`).to.deep.equal([400, ''])
    expect(seen.text, what).to.include('/errors/ticket_expired')
    if (way === null) expect(seen.text, what).to.not.include('https://shop.example')
    else expect(seen.text, what).to.include(`href="${way}"`).and.include('Back to The shop')
    expect(seen.text, what).to.not.include('dvz_code_')
  }
  const token = visitor.tokenOn(await visitor.open('/login'), '/login')
  for (const [path, form] of [
    ['/login', { ...admin, ticket, _token: token }],
    ['/login/leave', { ticket, _token: token }],
  ] as const) {
    const sent = await visitor.send('POST', path, { form, headers: ownSite })
    expect([sent.status, locationOf(sent)], `${what} ${path}`).to.deep.equal([400, ''])
  }
  expect(visitor.cookies.has('darvoza-4000'), what).to.equal(false)
}

async function expectGood(visitor: Visitor, ticket: string): Promise<void> {
  const { status, text } = await visitor.send('GET', `/login?ticket=${ticket}`)
  expect(status, /errors\/\w+/.exec(text)?.[0]).to.equal(200)
  expect(text).to.include('Sign in to The shop')
}

const deniedWay = `${callback}?error=access_denied&amp;error_description=The+sign-in+took+too+long.&amp;state=a+state&amp;iss=${encodeURIComponent(issuer)}`

describe('the ticket of an authorization request', () => {
  it('is valid for an hour; then a page links back to the application, without a code', async () => {
    const { server, visitor, ticket } = await aStage()
    server.clock.advance('59m')
    await expectGood(visitor, ticket)
    server.clock.advance('1m')
    const before = await snapshotOf(server)
    await expectExpired(visitor, ticket, deniedWay)
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('once expired leads back to initiate_login_uri, or by a form for response_mode form_post', async () => {
    const begins = await aStage({ initiate_login_uri: 'https://shop.example/begin?a=b' })
    begins.server.clock.advance('1h')
    await expectExpired(
      begins.visitor,
      begins.ticket,
      `https://shop.example/begin?a=b&amp;iss=${encodeURIComponent(issuer)}`,
    )
    const { server, visitor } = await aStage()
    const ticket = await begin(visitor, { response_mode: 'form_post' })
    server.clock.advance('1h')
    const page = await visitor.send('GET', `/login?ticket=${ticket}`)
    expect(page.text).to.include(`method="post" action="${callback}"`).and.include('value="access_denied"')
    expect(page.headers.get('content-security-policy')).to.include("form-action 'self' https://shop.example;")
  })

  it('is refused in another browser, signed in or not', async () => {
    const { server, visitor, ticket } = await aStage()
    await expectExpired(aVisitor(server), ticket, deniedWay, 'nobody')
    const other = aVisitor(server)
    await begin(other)
    await expectExpired(other, ticket, deniedWay, 'who has begun another')
    const signedIn = aVisitor(server)
    await signedIn.signIn(admin)
    for (const path of pages(ticket)) {
      const seen = await signedIn.send('GET', path)
      expect([seen.status, seen.text.includes('/errors/ticket_expired')]).to.deep.equal([400, true])
    }
    await expectGood(visitor, ticket)
  })

  it('is refused with one character changed, or in another encoding', async () => {
    const { server, visitor, ticket } = await aStage()
    const [version, text] = ticket.split('.') as [string, string]
    const changed = (at: number) => text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
    const others = [
      ...[0, 10, 21, 22, Math.floor(text.length / 2), text.length - 23, text.length - 2].map(
        at => `${version}.${changed(at)}`,
      ),
      `2.${text}`,
      `0${version}.${text}`,
      `${version}.${text}=`,
      `${version}.${text}A`,
      `${version}.${text.slice(0, -4)}`,
      `${version}.`,
      `${version}.${'A'.repeat(7_600)}`,
      text,
      '__proto__',
      '1.__proto__',
    ]
    const before = await snapshotOf(server)
    for (const other of others) await expectExpired(visitor, other, null, other.slice(0, 30))
    for (const query of [`ticket=${ticket}&ticket=${ticket}`, `ticket[]=${ticket}`])
      for (const path of ['/login', '/oauth/authorize']) {
        const seen = await visitor.send('GET', `${path}?${query}`)
        expect(locationOf(seen), query).to.equal('')
      }
    expect(await snapshotOf(server)).to.equal(before)
    await expectGood(visitor, ticket)
  })

  it('from a POST is bound, and begins, when a browser brings it to /oauth/authorize', async () => {
    const { server, visitor } = await aStage()
    const form = Object.fromEntries(new URLSearchParams(authorizeQuery('shop', { max_age: '60' })))
    const posted = await aVisitor(server).send('POST', '/oauth/authorize', { form })
    const unbound = new URLSearchParams(localOf(posted).split('?')[1]).get('ticket')!
    // A ticket that is not bound to a browser is refused by pages.
    for (const browser of [visitor, aVisitor(server)]) {
      const page = await browser.send('GET', `/login?ticket=${unbound}`)
      expect([page.status, locationOf(page), page.text.includes('/errors/ticket_expired')]).to.deep.equal([
        400,
        '',
        true,
      ])
      const form = { ...admin, ticket: unbound, _token: browser.tokenOn(await browser.open('/login'), '/login') }
      const sent = await browser.send('POST', '/login', { form, headers: ownSite })
      expect([sent.status, locationOf(sent)]).to.deep.equal([400, ''])
    }
    // The request begins when the browser comes with it: counted from the POST, the sign-in in between would be recent
    // enough for max_age.
    await visitor.signIn(admin)
    server.clock.advance('30m')
    const old = locationOf(await visitor.send('GET', `/oauth/authorize?ticket=${unbound}`))
    expect(old).to.match(/^\/login\?ticket=/)
    server.clock.advance('30m')
    const late = await visitor.send('GET', `/oauth/authorize?ticket=${unbound}`)
    expect([late.status, late.text.includes('/errors/ticket_expired')]).to.deep.equal([400, true])
    await expectGood(visitor, new URLSearchParams(old.split('?')[1]).get('ticket')!)
  })

  it('is bound to an HttpOnly cookie with SameSite=Lax, which is set anew when it is malformed', async () => {
    const { visitor } = await aStage()
    const line = visitor.setCookies.find(one => one.startsWith('darvoza-ticket'))
    expect(line).to.match(/^darvoza-ticket-4000=[\w-]{43}; Path=\/; SameSite=Lax; HttpOnly$/)
    const many = visitor.setCookies.length
    await begin(visitor)
    expect(visitor.setCookies.slice(many).filter(one => one.startsWith('darvoza-ticket'))).to.deep.equal([])
    visitor.cookies.set('darvoza-ticket-4000', 'short')
    const ticket = await begin(visitor)
    expect(visitor.cookies.get('darvoza-ticket-4000')).to.match(/^[\w-]{43}$/)
    await expectGood(visitor, ticket)
  })

  it('is shorter than 4,000 characters for a long request; a longer request is refused', async () => {
    const { server, visitor } = await aStage({ allow_without_pkce: true })
    const random = (size: number) => randomBytes(size).toString('base64url').slice(0, size)
    const ticket = await begin(visitor, { state: random(2_048), nonce: random(512), extra: random(2_900) })
    expect(ticket.length).to.be.below(4_000)
    await expectGood(visitor, ticket)
    const next = await visitor.submit('/login', { ...admin, ticket }, `/login?ticket=${ticket}`)
    expect(localOf(next)).to.equal(`/oauth/authorize?ticket=${ticket}`)
    const { tickets } = server.composed.parts.tokens
    const long = aRequest(server, 'shop', { state: random(8_000) })
    expect(() => tickets.seal(long, 'x')).to.throw(refuse('invalid_request').message)
  })
})

describe('the ticket key', () => {
  it('seals tickets for 30 days; the previous key opens them for an hour more', async () => {
    const { server, visitor } = await aStage()
    const { sealedSecrets } = server.composed.parts.keys
    const { secrets } = server.composed.parts.tokens
    await sealedSecrets.renewTicketKey()
    expect(secrets.present('ticket').version).to.equal(1)
    const stolen = secrets.present('ticket').secret
    server.clock.advance('30d')
    const ticket = await begin(visitor)
    expect(ticket).to.match(/^1\./)
    // Several servers renew it at the same time.
    await Promise.all(Array.from({ length: 5 }, () => sealedSecrets.renewTicketKey()))
    expect(secrets.present('ticket').version).to.equal(2)
    await expectGood(visitor, ticket)
    expect(await begin(visitor)).to.match(/^2\./)
    server.clock.advance('1h')
    // A ticket sealed with a stolen former key is refused.
    const of = { version: 1, secret: stolen, key: createSecretKey(stolen), createdAt: 0 }
    const forger = createTickets({
      secrets: { present: () => of, find: () => of },
      catchUp: async () => {},
      random: randomBytes,
      now: server.clock.now,
    })
    const forged = forger.seal(aRequest(server, 'shop'), visitor.cookies.get('darvoza-ticket-4000')!)
    expect((await visitor.send('GET', `/login?ticket=${forged}`)).text).to.include('/errors/ticket_expired')
    server.clock.advance('30d')
    await sealedSecrets.renewTicketKey()
    expect([secrets.find('ticket', 1), secrets.present('ticket').version]).to.deep.equal([null, 3])
  })

  it('is kept when SECRET_KEY changes: earlier tickets stay valid', async () => {
    const { server, visitor, ticket } = await aStage()
    const secretKey = randomBytes(32)
    const settings = { ...server.settings, secretKey, secretKeyPrevious: server.settings.secretKey }
    const cookies = new Map(visitor.cookies)
    await server.close()
    const again = await aServer({ settings, clock: server.clock })
    await expectGood(withCookies(again, cookies), ticket)
    expect((await again.composed.parts.keys.sealedSecrets.reseal('system')).resealed).to.be.above(0)
    await again.close()
    const after = await aServer({ settings: { ...settings, secretKeyPrevious: null }, clock: server.clock })
    await expectGood(withCookies(after, cookies), ticket)
  })
})

onMariaDb('the ticket key of two servers', engine => {
  it('is shared: a server that has not heard of a new key yet accepts a ticket sealed with it', async () => {
    const here = await aServer({ engine })
    const there = await aServer({ settings: here.settings, clock: here.clock })
    await aWebsite(here, 'shop', { name: 'The shop', metadata: { first_party: true } })
    const visitor = aVisitor(here)
    const first = await begin(visitor)
    await expectGood(withCookies(there, visitor.cookies), first)
    here.clock.advance('30d')
    // From here on the other server does not follow the revocation log.
    const { tail } = there.composed.parts.revocation
    tail.stop()
    await here.composed.parts.keys.sealedSecrets.renewTicketKey()
    const ticket = await begin(visitor)
    expect(ticket).to.match(/^2\./)
    expect(there.composed.parts.tokens.secrets.present('ticket').version).to.equal(1)
    await expectGood(withCookies(there, visitor.cookies), ticket)
  })
})

function withCookies(server: TestServer, cookies: ReadonlyMap<string, string>): Visitor {
  const visitor = aVisitor(server)
  for (const [name, value] of cookies) visitor.cookies.set(name, value)
  return visitor
}
