// Resources without authentication: JWKS, health checks, error pages, API documents, style sheets and scripts.
import { expect } from 'chai'
import { packageFiles } from '../../server/http/pages/packages.js'
import { errors } from '../../server/protocol/errors.js'
import { aClient, claimsOf } from '../support/client.js'
import { headerOf } from '../support/forge.js'
import { sendRaw } from '../support/raw.js'
import { aServer } from '../support/server.js'

describe('the published keys (JWKS)', () => {
  it('have public members only, the kid of the tokens they verify, Cache-Control and an ETag', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { access } = await client.signIn(await server.aUser())
    const { status, body, headers } = await client.get('/.well-known/jwks.json')
    expect(status).to.equal(200)
    expect(headers.get('cache-control')).to.equal('public, max-age=300')
    expect(headers.get('access-control-allow-origin')).to.equal('*')
    // From the first start on: one key for access tokens, and RS256, which OpenID Connect requires (Core §15.1).
    expect(body.keys.map((key: { alg: string }) => key.alg)).to.have.members(['ES256', 'RS256'])
    const elliptic = body.keys.find((key: { alg: string }) => key.alg === 'ES256')
    expect(elliptic).to.have.all.keys('kty', 'crv', 'x', 'y', 'kid', 'alg', 'use')
    expect(elliptic.kid).to.equal(headerOf(access).kid)
    const rsa = body.keys.find((key: { alg: string }) => key.alg === 'RS256')
    expect(rsa).to.have.all.keys('kty', 'n', 'e', 'kid', 'alg', 'use')
    const kept = ['GET /.well-known/jwks.json HTTP/1.1', 'Host: localhost', `If-None-Match: ${headers.get('etag')}`]
    expect(await sendRaw(server, kept)).to.include({ status: 304, text: '' })
  })

  it('are the same on two servers with one database, and each accepts tokens of the other', async () => {
    const one = await aServer()
    const two = await aServer({ settings: one.settings, clock: one.clock })
    const amy = await one.aUser()
    const { access } = await aClient(one).signIn(amy)
    expect((await aClient(two).get('/.well-known/jwks.json')).text).to.equal(
      (await aClient(one).get('/.well-known/jwks.json')).text,
    )
    expect((await aClient(two).get('/api/me/', access)).body.user_id).to.equal(Number(claimsOf(access).sub))
  })
})

describe('the health checks', () => {
  it('answer status ok while the process runs and the database answers', async () => {
    const client = aClient(await aServer())
    expect((await client.get('/healthz')).body).to.deep.equal({ status: 'ok' })
    expect((await client.get('/readyz')).body).to.include({ status: 'ok' })
  })
})

describe('the public pages and assets', () => {
  it('explain every error code on a page of its own, /errors/CODE', async () => {
    const client = aClient(await aServer())
    for (const [code, row] of Object.entries(errors)) {
      const { status, text, headers } = await client.get(`/errors/${code}`)
      expect(status, code).to.equal(200)
      expect(headers.get('content-type'), code).to.match(/^text\/html/)
      expect(text, code).to.include(code).and.include(String(row.status)).and.not.include('aboutErrors')
    }
  })

  it('link from a simplejwt code that several refusals share to the page of each reason', async () => {
    const client = aClient(await aServer())
    for (const [code, reasons] of [
      ['token_not_valid', ['token_expired', 'token_revoked', 'session_ended']],
      ['user_not_found', ['user_unknown']],
    ] as const) {
      const { status, text } = await client.get(`/errors/${code}`)
      expect(status, code).to.equal(200)
      expect(text).to.include(`<h1>${code}</h1>`).and.not.include('no_active_account')
      for (const reason of reasons) expect(text).to.include(`<a href="/errors/${reason}">`)
    }
  })

  it('explain errors in the Accept-Language of the request, with links to pages and codes they mention', async () => {
    const client = aClient(await aServer())
    const seen = async (path: string, language: string) =>
      (await client.send('GET', path, { headers: { 'Accept-Language': language } })).text
    for (const [language, why] of [
      ['en', 'so two parties may hold it'],
      ['uz', 'demak u ikki kishining qoʻlida boʻlishi mumkin'],
      ['ru', 'значит, он может быть в двух руках'],
    ] as const) {
      const text = await seen('/errors/token_reused', language)
      expect(text, language)
        .to.include(why)
        .and.include('<a href="/admin/incidents"><code>/admin/incidents</code></a>')
        .and.include('<code>reuse_grace</code>')
        .and.not.include('<a href="reuse_grace')
      expect(await seen('/errors/no_active_account', language)).to.include('<a href="/errors/too_many_guesses">')
    }
  })

  it('show Swagger and Redoc with headings in the Accept-Language of the request', async () => {
    const client = aClient(await aServer())
    for (const [language, swagger, redoc] of [
      ['en', 'Try the API', 'Read the API'],
      ['uz', 'APIʼni sinash', 'APIʼni oʻqish'],
      ['ru', 'Попробовать API', 'Читать API'],
    ] as const) {
      const asked = { headers: { 'Accept-Language': language } }
      expect((await client.send('GET', '/swagger/', asked)).text).to.include(`<h1>${swagger}</h1>`)
      expect((await client.send('GET', '/redoc/', asked)).text).to.include(`<h1>${redoc}</h1>`)
    }
  })

  it('list every error code with a link to its page at /errors/', async () => {
    const { status, text } = await aClient(await aServer()).get('/errors/')
    expect(status).to.equal(200)
    for (const code of Object.keys(errors)) expect(text).to.include(`<a href="/errors/${code}">`)
    expect([...text.matchAll(/<a href="\/errors\/\w+">/g)].length).to.equal(Object.keys(errors).length)
  })

  it('answer unknown paths with 404 and an HTML page', async () => {
    const client = aClient(await aServer())
    for (const path of ['/nothing', '/errors/nothing', '/assets/nothing.css', '/apiary']) {
      const { status, headers } = await client.get(path)
      expect(status, path).to.equal(404)
      expect(headers.get('content-type'), path).to.match(/^text\/html/)
    }
  })

  it('refuse other methods with 405 and Allow, and answer HEAD like GET without a body', async () => {
    const client = aClient(await aServer())
    const refused = await client.send('POST', '/')
    expect([refused.status, refused.headers.get('allow')]).to.deep.equal([405, 'GET, HEAD, OPTIONS'])
    const head = await client.send('HEAD', '/')
    expect([head.status, head.text]).to.deep.equal([200, ''])
  })

  it('serve the style sheet compressed, with an ETag, cacheable as immutable at its versioned address', async () => {
    const server = await aServer()
    const client = aClient(server)
    const [path] = /\/assets\/[\w-]{12}\/css\/site\.css/.exec((await client.get('/')).text) ?? ['']
    for (const encoding of ['br', 'gzip', 'identity']) {
      const asked = { headers: { 'Accept-Encoding': encoding } }
      const { status, headers, text } = await client.send('GET', path, asked)
      expect(status).to.equal(200)
      expect(headers.get('content-encoding') ?? 'identity').to.equal(encoding)
      expect(headers.get('cache-control')).to.equal('public, max-age=31536000, immutable')
      expect(headers.get('vary')).to.equal('Accept-Encoding')
      expect(text)
        .to.match(/^\/\*.*\n@layer tokens, /)
        .and.include('.table')
        .and.include('@media print')
      const kept = [`GET ${path} HTTP/1.1`, 'Host: localhost', `Accept-Encoding: ${encoding}`]
      expect(await sendRaw(server, [...kept, `If-None-Match: ${headers.get('etag')}`])).to.include({
        status: 304,
        text: '',
      })
      expect((await sendRaw(server, [...kept, 'If-None-Match: "another"'])).status).to.equal(200)
    }
    // The address of an older version, and one without a version.
    for (const older of ['/assets/0123456789ab/css/site.css', '/assets/css/site.css']) {
      const { status, headers } = await client.get(older)
      expect([status, headers.get('cache-control')]).to.deep.equal([200, 'public, max-age=3600'])
    }
  })

  it('serve exactly the listed files of the packages swagger-ui and redoc, with their licences', async () => {
    const client = aClient(await aServer())
    const asked = { headers: { 'Accept-Encoding': 'br' } }
    const seen: string[] = []
    for (const page of ['/swagger', '/redoc']) {
      const { text } = await client.get(page)
      for (const [path, name] of text.matchAll(/\/assets\/[\w-]{12}\/((?:swagger-ui|redoc)\/[\w.-]+)/g)) {
        const { status, headers } = await client.send('GET', path, asked)
        expect([status, headers.get('content-encoding')], path).to.deep.equal([200, 'br'])
        expect(headers.get('cache-control'), path).to.equal('public, max-age=31536000, immutable')
        expect(headers.get('etag'), path).to.match(/^"[\w-]{22}-br"$/)
        expect(headers.get('content-type'), path).to.match(/^text\/(css|javascript)/)
        seen.push(name!)
      }
    }
    const licences = seen.filter(name => name.endsWith('.js')).map(name => `${name}.LICENSE.txt`)
    expect([...seen, ...licences].sort()).to.deep.equal(Object.keys(packageFiles).sort())
    for (const name of licences) expect((await client.get(`/assets/${name}`)).text, name).to.include('MIT')
    for (const name of ['swagger-ui/index.html', 'swagger-ui/swagger-ui.js', 'redoc/package.json', 'redoc/'])
      expect((await client.get(`/assets/${name}`)).status, name).to.equal(404)
  })

  it('load nothing from other hosts on the Swagger and Redoc pages (Content-Security-Policy)', async () => {
    const client = aClient(await aServer())
    const { text } = await client.get('/assets/redoc/redoc.standalone.js')
    expect(text).to.not.include('cdn.redoc.ly')
    for (const [path, allowed] of [
      ['/swagger', "style-src 'self';img-src 'self' data:;script-src 'self';connect-src 'self'"],
      [
        '/redoc',
        /style-src 'self'( 'sha256-[\w+/]{43}='){2};img-src 'self' data:;script-src 'self';connect-src 'self'/,
      ],
    ] as const) {
      const policy = (await client.get(path)).headers.get('content-security-policy')!
      if (typeof allowed === 'string') expect(policy, path).to.include(allowed)
      else expect(policy, path).to.match(allowed)
      expect(policy, path).to.include("default-src 'none'").and.not.include('unsafe')
      expect(policy.includes('worker-src blob:'), path).to.equal(path === '/redoc')
    }
  })

  it('serve no file outside the assets folder (path traversal)', async () => {
    const client = aClient(await aServer())
    for (const path of [
      '..%2fpackage.json',
      '%2e%2e/package.json',
      'css/..%2f..%2fpackage.json',
      'css',
      'css/',
      'js%00/site.js',
    ]) {
      expect((await client.get(`/assets/${path}`)).status, path).to.be.oneOf([400, 404])
    }
  })

  it('forbid foreign scripts and framing by Content-Security-Policy, and set no cookie', async () => {
    const client = aClient(await aServer())
    for (const path of ['/', '/nothing', '/errors/token_expired', '/api/me/']) {
      const { headers } = await client.get(path)
      const policy = headers.get('content-security-policy')
      expect(policy, path)
        .to.include("default-src 'none'")
        .and.include("frame-ancestors 'none'")
        .and.not.include('unsafe')
      expect(headers.get('x-content-type-options'), path).to.equal('nosniff')
      expect(headers.get('x-powered-by'), path).to.equal(null)
      expect(headers.get('x-request-id'), path).to.match(/^[0-9a-f-]{36}$/)
      expect(headers.get('set-cookie'), path).to.equal(null)
    }
  })
})
