// Validation of authorization requests at /oauth/authorize, up to the sign-in page.
import { Agent, get } from 'node:http'
import { expect } from 'chai'
import { anApplication, changeApplication } from '../support/applications.js'
import { aResourceServer, authorizePath, authorizeQuery, aWebsite } from '../support/authorizations.js'
import { aServer, issuer, type ServerOptions, settle } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'
import { countOf } from '../support/statements.js'
import { aVisitor, type Seen } from '../support/visitor.js'

const callback = 'https://shop.example/callback'

async function aStage(options: ServerOptions = {}) {
  const server = await aServer(options)
  await aResourceServer(server, 'orders', 'read', 'write')
  await aWebsite(server, 'shop')
  // Every process learns from the head of the log which resource servers exist.
  await settle(server.composed)
  return { server, visitor: aVisitor(server) }
}

/** The parameters that an answer adds to the redirect URI of the application. */
function answerIn({ headers }: Pick<Seen, 'headers'>, base = callback, what: unknown = '') {
  const location = headers.get('location') ?? ''
  expect(location.startsWith(`${base}?`), `${JSON.stringify(what)} led to ${location.slice(0, 60)}`).to.equal(true)
  return Object.fromEntries(new URLSearchParams(location.slice(base.length + 1)))
}

const isOurs = ({ headers }: Pick<Seen, 'headers'>) => headers.get('location') === null

describe('an authorization request with an invalid client_id or redirect_uri', () => {
  async function aStageOfMany() {
    const { server, visitor } = await aStage()
    await aWebsite(server, 'closed', { active: false })
    await aWebsite(server, 'robot', { metadata: { grant_types: ['client_credentials'] } })
    await aWebsite(server, 'two', { metadata: { redirect_uris: ['https://two.example/a', 'https://two.example/b'] } })
    await anApplication(server, 'bare', { metadata: {} })
    return { server, visitor }
  }

  it('is answered by an error page with 400 and no redirect, whatever else is wrong', async () => {
    const { server, visitor } = await aStageOfMany()
    const refused: Record<string, string> = {
      '/oauth/authorize': 'unknown_application',
      [authorizePath('', {})]: 'unknown_application',
      [authorizePath('nobody')]: 'unknown_application',
      [authorizePath('shop', { client_id: ['shop', 'shop'] })]: 'unknown_application',
      [authorizePath('closed')]: 'unknown_application',
      [authorizePath('SHOP')]: 'unknown_application',
      [authorizePath('shop\u0000')]: 'unknown_application',
      [authorizePath('__proto__')]: 'unknown_application',
      [authorizePath('1')]: 'unknown_application',
      [authorizePath('x'.repeat(5_000))]: 'unknown_application',
      [authorizePath('robot')]: 'unauthorized_client',
      [authorizePath('darvoza')]: 'unauthorized_client',
      [authorizePath('orders')]: 'unregistered_redirect_uri',
      [authorizePath('bare')]: 'unregistered_redirect_uri',
      // With scope openid, redirect_uri is required (OpenID Connect Core §3.1.2.1).
      [authorizePath('shop', { redirect_uri: undefined })]: 'unregistered_redirect_uri',
      [authorizePath('two', { redirect_uri: undefined, scope: undefined })]: 'unregistered_redirect_uri',
      [authorizePath('shop', { redirect_uri: [callback, callback] })]: 'unregistered_redirect_uri',
      [authorizePath('shop', { redirect_uri: 'https://evil.example/', prompt: 'none' })]: 'unregistered_redirect_uri',
    }
    const before = await snapshotOf(server)
    for (const [path, code] of Object.entries(refused)) {
      const seen = await visitor.send('GET', path)
      expect([seen.status, isOurs(seen)], path).to.deep.equal([400, true])
      expect(seen.text, path).to.include(`/errors/${code}`).and.not.include('evil.example')
      const posted = await visitor.send('POST', '/oauth/authorize', {
        form: Object.fromEntries(new URLSearchParams(path.split('?')[1] ?? '')),
      })
      // A form in this test has each name once.
      if (!/client_id=shop&client_id|redirect_uri=.*redirect_uri=/.test(path))
        expect([posted.status, isOurs(posted)], path).to.deep.equal([400, true])
    }
    expect(await snapshotOf(server)).to.equal(before)
  })

  // oidcc-ensure-registered-redirect-uri
  it('is never redirected to an unregistered redirect_uri, whatever its spelling', async () => {
    const { visitor } = await aStageOfMany()
    const escaped = encodeURIComponent
    const spelt = [
      `${callback}/`,
      `${callback}?a=b`,
      `${callback}#a`,
      'https://shop.example/',
      'https://shop.example:443/callback',
      'https://SHOP.example/callback',
      'https://shop.example/./callback',
      'https://shop.example/%63allback',
      'https://shop.example@evil.example/callback',
      'https://shop.example\\@evil.example/callback',
      'https://shop.example.evil.example/callback',
      '//evil.example/callback',
      '/callback',
      'javascript:alert(1)',
      'data:text/html,x',
      `${callback}\r\nSet-Cookie: a=b`,
      `${callback}\u0000`,
      `${callback} `,
      ` ${callback}`,
      `\u202e${callback}`,
      'https://ѕhop.example/callback',
    ]
    // Values that equal the registered URI only when decoded once more, or that are no UTF-8, are other URIs.
    const raw = [
      escaped(escaped(callback)),
      `${escaped(callback)}%`,
      `${escaped(callback)}%zz`,
      `${escaped(callback)}%ff`,
      `${escaped(callback)}%c0%ae`,
      'https:%2F%2Fshop.example%252Fcallback',
    ]
    const rest = authorizeQuery('shop', { redirect_uri: undefined })
    for (const value of [...spelt.map(one => escaped(one)), ...raw]) {
      for (const query of [`redirect_uri=${value}&${rest}`, `${rest}&redirect_uri[]=${value}`]) {
        const seen = await visitor.send('GET', `/oauth/authorize?${query}`)
        expect([seen.status, isOurs(seen)], query).to.deep.equal([400, true])
        expect(seen.text).to.include('/errors/unregistered_redirect_uri')
      }
    }
  })
})

describe('an authorization request that breaks a rule', () => {
  it('is redirected with error, error_description, state and iss, and writes nothing', async () => {
    const { server, visitor } = await aStage()
    const refused: [string, Record<string, string | string[] | undefined>][] = [
      ['invalid_request', { nonce: ['a', 'b'] }],
      ['invalid_request', { unknown: ['a', 'b'] }],
      ['invalid_request', { unknown: 'x'.repeat(6_000) }],
      // oidcc-response-type-missing
      ['invalid_request', { response_type: undefined }],
      ['invalid_request', { response_type: '' }],
      ['unsupported_response_type', { response_type: 'token' }],
      ['unsupported_response_type', { response_type: 'code id_token' }],
      ['invalid_request', { response_mode: 'jwt' }],
      // oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported
      ['request_not_supported', { request: 'eyJhbGciOiJub25lIn0.e30.' }],
      // oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported
      ['request_uri_not_supported', { request_uri: 'https://shop.example/request.jwt' }],
      ['registration_not_supported', { registration: '{}' }],
      ['invalid_request', { code_challenge: undefined, code_challenge_method: undefined }],
      ['invalid_request', { code_challenge_method: 'plain' }],
      ['invalid_request', { code_challenge_method: undefined }],
      ['invalid_request', { code_challenge: 'short' }],
      ['invalid_scope', { scope: 'openid darvoza:admin' }],
      ['invalid_scope', { scope: 'openid write' }],
      ['invalid_target', { resource: 'https://nobody.example' }],
      ['invalid_target', { resource: 'https://orders.example', scope: 'openid' }],
      ['invalid_request', { prompt: 'none login' }],
      ['invalid_request', { prompt: 'create' }],
      ['invalid_request', { max_age: 'soon' }],
      ['invalid_request', { id_token_hint: 'a.b.c' }],
    ]
    const before = await snapshotOf(server)
    for (const state of ['a state', ' &=#?%+"<>\\ʻ', 'x'.repeat(2_048)]) {
      for (const [error, changes] of refused) {
        const seen = await visitor.send('GET', authorizePath('shop', { state, ...changes }))
        const what = JSON.stringify(changes)
        expect(seen.status, what).to.equal(303)
        const answer = answerIn(seen, callback, changes)
        expect(answer, what).to.include({ error, state, iss: issuer })
        expect(Object.keys(answer), what).to.have.members(['error', 'error_description', 'state', 'iss'])
        expect(answer.error_description, what).to.match(/^[ !#-[\]-~]+$/)
        expect(seen.headers.get('cache-control'), what).to.equal('no-store')
      }
    }
    expect(await snapshotOf(server)).to.equal(before)
  }).timeout(20_000)

  it('is redirected without a state that is repeated, too long, empty or has control characters', async () => {
    const { visitor } = await aStage()
    for (const state of [['a', 'a'], 'x'.repeat(2_049), 'a\r\nb', '\u0000', undefined, '']) {
      const seen = await visitor.send('GET', authorizePath('shop', { state, response_type: 'token' }))
      expect(answerIn(seen), String(state)).to.not.have.property('state')
    }
  })

  it('is answered in its response_mode if that is a supported one', async () => {
    const { visitor } = await aStage()
    const inFragment = await visitor.send('GET', authorizePath('shop', { response_mode: 'fragment', prompt: 'create' }))
    const location = inFragment.headers.get('location')!
    expect(location.startsWith(`${callback}#error=invalid_request&`), location).to.equal(true)
    const form = await visitor.send('GET', authorizePath('shop', { response_mode: 'form_post', prompt: 'create' }))
    expect([form.status, isOurs(form)]).to.deep.equal([200, true])
    expect(form.text)
      .to.include(`method="post" action="${callback}"`)
      .and.include('name="error" value="invalid_request"')
    // The form goes to another site, and contains no CSRF token.
    const sent = /<form[^>]*action="https:[^>]*>[\s\S]*?<\/form>/.exec(form.text)![0]
    expect(sent).to.not.include('_token')
    expect(sent).to.include('<button')
    expect(form.headers.get('content-security-policy')).to.include("form-action 'self' https://shop.example;")
    for (const response_mode of ['web_message', ['query', 'query']]) {
      const seen = await visitor.send('GET', authorizePath('shop', { response_mode }))
      expect(answerIn(seen), String(response_mode)).to.include({ error: 'invalid_request' })
    }
  })

  it('keeps the registered redirect_uri unchanged, with its query and without normalization', async () => {
    const kept = [
      'https://kept.example',
      'https://KEPT.example:443/a/../b',
      'https://kept.example/%7Eback?a=b%20c&a',
      'https://kept.example/back?',
      'com.example.kept:/back',
      'http://127.0.0.1:80/back',
    ]
    const { server, visitor } = await aStage()
    await aWebsite(server, 'kept', { metadata: { redirect_uris: kept } })
    for (const redirect_uri of kept) {
      const seen = await visitor.send('GET', authorizePath('kept', { redirect_uri, prompt: 'create' }))
      const location = seen.headers.get('location')!
      const joint = redirect_uri.endsWith('?') ? '' : redirect_uri.includes('?') ? '&' : '?'
      expect(location.startsWith(`${redirect_uri}${joint}error=invalid_request`), location).to.equal(true)
    }
  })

  it('may omit redirect_uri where one is registered and the scope openid is absent', async () => {
    const { visitor } = await aStage()
    const path = authorizePath('shop', { redirect_uri: undefined, scope: 'read', prompt: 'none' })
    expect(answerIn(await visitor.send('GET', path))).to.include({ error: 'login_required' })
  })

  it('from a self-registered application shows a page first, but is redirected for prompt=none', async () => {
    const { server, visitor } = await aStage()
    const id = 'tool'
    const redirect_uri = 'https://tool.example/callback'
    await aWebsite(server, id, { origin: 'registration', name: 'A tool', metadata: { redirect_uris: [redirect_uri] } })
    const seen = await visitor.send('GET', authorizePath(id, { redirect_uri, response_type: 'token' }))
    expect([seen.status, isOurs(seen)]).to.deep.equal([400, true])
    expect(seen.text).to.include('A tool').and.include('Go to tool.example')
    expect(seen.text).to.match(/href="https:\/\/tool\.example\/callback\?error=unsupported_response_type[^"]*"/)
    const unseen = await visitor.send(
      'GET',
      authorizePath(id, { redirect_uri, response_type: 'token', prompt: 'none' }),
    )
    expect(answerIn(unseen, redirect_uri)).to.include({ error: 'unsupported_response_type' })
    const form = Object.fromEntries(new URLSearchParams(authorizeQuery(id, { redirect_uri, response_type: 'token' })))
    const posted = await visitor.send('POST', '/oauth/authorize', { form })
    expect([posted.status, isOurs(posted)]).to.deep.equal([400, true])
  })
})

describe('a valid authorization request', () => {
  it('leads to the sign-in page, which names the application, and writes nothing', async () => {
    const { server, visitor } = await aStage()
    const before = await snapshotOf(server)
    for (const changes of [
      {},
      // oidcc-display-page, oidcc-display-popup
      { display: 'page' },
      { display: 'popup' },
      // oidcc-claims-locales
      { claims_locales: 'se' },
      // oidcc-ensure-request-with-acr-values-succeeds
      { acr_values: '1 2' },
      // oidcc-ensure-request-with-unknown-parameter-succeeds
      { extra: 'foobar' },
      { scope: 'openid unknown:scope' },
      { resource: 'https://orders.example/', scope: 'read' },
      { state: undefined },
      { max_age: '10000' },
      { claims: '{"id_token":{"name":{"essential":true}}}' },
    ] as Record<string, string | undefined>[]) {
      const seen = await visitor.send('GET', authorizePath('shop', changes))
      expect([seen.status, seen.headers.get('location')?.split('=')[0]]).to.deep.equal([303, '/login?ticket'])
      const page = await visitor.open(seen.headers.get('location')!)
      expect(page.text).to.include('Sign in to shop').and.include('name="ticket"')
      expect(page.headers.get('content-security-policy')).to.include("form-action 'self' https://shop.example;")
    }
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('shows pages in the language of ui_locales, unless the browser has chosen one', async () => {
    const { visitor } = await aStage()
    // oidcc-ui-locales
    const page = await visitor.open(authorizePath('shop', { ui_locales: 'fr uz-Latn-UZ ru' }))
    expect(page.text).to.include('lang="uz-Latn"')
    expect((await visitor.open(authorizePath('shop', { ui_locales: 'se fr' }))).text).to.include('lang="en"')
    visitor.cookies.set('darvoza-language', 'ru')
    expect((await visitor.open(authorizePath('shop', { ui_locales: 'uz' }))).text).to.include('lang="ru"')
  })

  it('fills in the username from login_hint, unless that is too long', async () => {
    const { visitor } = await aStage()
    // oidcc-login-hint
    const page = await visitor.open(authorizePath('shop', { login_hint: 'amy"@example.com' }))
    expect(page.text).to.include('value="amy&#34;@example.com"')
    const long = await visitor.open(authorizePath('shop', { login_hint: 'x'.repeat(151) }))
    expect(long.text).to.not.include('xxxx')
  })

  it('by POST works from any site, without cookies', async () => {
    const { server, visitor } = await aStage()
    const form = Object.fromEntries(new URLSearchParams(authorizeQuery('shop')))
    const foreign = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://shop.example' }
    const before = await snapshotOf(server)
    const posted = await aVisitor(server).send('POST', '/oauth/authorize', { form, headers: foreign })
    expect(posted.status).to.equal(303)
    expect(posted.headers.getSetCookie()).to.deep.equal([])
    const page = await visitor.open(posted.headers.get('location')!)
    expect(page.text).to.include('Sign in to shop')
    for (const body of ['client_id=shop&client_id=shop', 'client_id=%zz']) {
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
      const { status } = await fetch(`${server.url}/oauth/authorize`, {
        method: 'POST',
        body,
        headers,
        redirect: 'manual',
      })
      expect(status).to.equal(400)
    }
    expect(await snapshotOf(server)).to.equal(before)
  })

  // oidcc-prompt-none-not-logged-in
  it('with prompt=none and without a session is answered login_required', async () => {
    const { visitor } = await aStage()
    const seen = await visitor.send('GET', authorizePath('shop', { prompt: 'none' }))
    expect(answerIn(seen)).to.deep.equal({ error: 'login_required', state: 'a state', iss: issuer })
  })

  it('sent 10,000 times without a session writes nothing, and reads the application once', async () => {
    const { server } = await aStage()
    const before = await snapshotOf(server)
    const agent = new Agent({ keepAlive: true, maxSockets: 20 })
    const ask = (path: string) =>
      new Promise<string>((resolve, reject) => {
        const request = get(server.url + path, { agent }, response => {
          response.resume().on('end', () => resolve(response.headers.location ?? ''))
        })
        request.on('error', reject)
      })
    let tickets = 0
    const count = await countOf(server, async () => {
      for (let round = 0; round < 100; round++) {
        const states = Array.from({ length: 100 }, (_, index) => `${round} ${index}`)
        const locations = await Promise.all(states.map(state => ask(authorizePath('shop', { state }))))
        tickets += locations.filter(location => location.startsWith('/login?ticket=')).length
      }
    })
    agent.destroy()
    expect(tickets).to.equal(10_000)
    expect(count.writes).to.equal(0)
    expect(count.reads).to.equal(1)
    expect(await snapshotOf(server)).to.equal(before)
  }).timeout(120_000)
})

describe('an application that changes during the sign-in', () => {
  it('is judged by its present scope, redirect_uris and state', async () => {
    const { server, visitor } = await aStage()
    const start = await visitor.send('GET', authorizePath('shop'))
    const login = start.headers.get('location')!
    expect((await visitor.open(login)).status).to.equal(200)
    const metadata = {
      redirect_uris: [callback],
      grant_types: ['authorization_code' as const],
      scope: 'openid',
      response_types: ['code' as const],
    }
    const narrowed = await change({ metadata })
    expect([narrowed.status, narrowed.text.includes('/errors/invalid_scope')]).to.deep.equal([400, true])
    expect(narrowed.text).to.match(/href="https:\/\/shop\.example\/callback\?error=invalid_scope[^"]*"/)
    const moved = await change({ metadata: { ...metadata, redirect_uris: ['https://shop.example/other'] } })
    expect([moved.status, moved.text.includes('/errors/unregistered_redirect_uri')]).to.deep.equal([400, true])
    expect(moved.text).to.not.include('https://shop.example')
    const closed = await change({ active: false })
    expect([closed.status, closed.text.includes('/errors/unknown_application')]).to.deep.equal([400, true])

    async function change(changes: Parameters<typeof changeApplication>[2]) {
      await changeApplication(server, 'shop', changes)
      await settle(server.composed)
      return visitor.open(login)
    }
  })
})
