// Client authentication of applications: each method by itself, and all that is refused (RFC 6749 §2.3, RFC 7523).
import { expect } from 'chai'
import type { JWK } from 'jose'
import type { ApplicationMetadata } from '../../server/policy/application-metadata.js'
import type { NewApplication } from '../../server/storage/applications.js'
import { anApplication, basic, changeApplication, inForm } from '../support/applications.js'
import { type ApplicationKey, aKey, anAssertion, assertionType, shown } from '../support/assertions.js'
import { type Answer, aClient } from '../support/client.js'
import { onEachEngine, onMariaDb, sqlite } from '../support/engines.js'
import { aServer, issuer, settle, type TestServer, testSettings } from '../support/server.js'
import { textsOf } from '../support/statements.js'

const secret = 'a secret of a file: 100 % +&=ü/:'
const tokens = 'grant_type=client_credentials'

/** An application without a scope that gets tokens for itself. */
async function anApplicationBy(
  server: TestServer,
  id: string,
  method: NonNullable<ApplicationMetadata['token_endpoint_auth_method']> | null,
  more: ApplicationMetadata & { kind?: NewApplication['kind'] } = {},
): Promise<void> {
  const { kind = 'web', ...metadata } = more
  const own = { grant_types: ['client_credentials' as const], ...metadata }
  await anApplication(server, id, {
    kind,
    metadata: method === null ? own : { ...own, token_endpoint_auth_method: method },
  })
  const { storage, applications } = server.composed.parts
  await storage.database.transaction(tx => applications.applicationSecrets.add(tx, id, 0, secret))
}

const ask = (server: TestServer, body: string, headers: Record<string, string> = {}): Promise<Answer> =>
  aClient(server).send('POST', '/oauth/token', { body: `${tokens}&${body}`, headers: { ...inForm, ...headers } })
const encoded = encodeURIComponent
const post = (id: string, given = secret) => `client_id=${encoded(id)}&client_secret=${encoded(given)}`

/** The parts of an answer that do not depend on the id of the request. */
const told = ({ status, body, headers }: Answer) => ({
  status,
  body,
  challenge: headers.get('www-authenticate'),
  cache: headers.get('cache-control'),
})

describe('client authentication with a secret', () => {
  let server: TestServer
  const url = 'https://tool.example/metadata.json'
  beforeEach(async () => {
    server = await aServer()
    await anApplicationBy(server, 'shop', null)
    await anApplicationBy(server, 'booth', 'client_secret_post')
    await anApplicationBy(server, url, 'client_secret_basic')
    await anApplicationBy(server, 'closed', null)
    await changeApplication(server, 'closed', { active: false })
    await anApplicationBy(server, 'phone', null, { kind: 'native' })
    await settle(server.composed)
  })

  it('answers the same 401 invalid_client for every wrong client id, secret or method', async () => {
    const right = told(await ask(server, '', basic('shop', secret)))
    expect(right.status).to.equal(200)
    const refused = [
      basic('shop', 'wrong'),
      basic('shop', `${secret} `),
      basic('shop', ''),
      basic('booth', secret),
      basic('closed', secret),
      basic('closed', 'wrong'),
      basic('phone', secret),
      basic('nobody', secret),
      basic('12345', secret),
      basic('', secret),
      basic('shop\u0000', secret),
      basic('shop\u202e', secret),
      basic('x'.repeat(5_000), secret),
    ]
    const answers = []
    for (const headers of refused) answers.push(told(await ask(server, '', headers)))
    for (const [index, answer] of answers.entries()) expect(answer, `${index}`).to.deep.equal(answers[0])
    expect(answers[0]).to.deep.include({ status: 401, challenge: 'Basic realm="token"', cache: 'no-store' })
    expect(answers[0]!.body.error).to.equal('invalid_client')
    // Credentials in the form get no challenge: no scheme was tried.
    for (const body of [post('shop'), post('booth', 'wrong'), post('closed'), post('nobody'), 'client_id=shop', '']) {
      const answer = told(await ask(server, body))
      expect(answer, body).to.deep.equal({ ...answers[0], challenge: null })
    }
  })

  it('runs as many statements for an unknown or disabled application as for a wrong secret', async () => {
    const works = []
    for (const id of ['shop', 'closed', 'nobody']) {
      await ask(server, '', basic(id, 'wrong'))
      const asked = await textsOf(server, () => ask(server, '', basic(id, 'wrong')))
      works.push(asked.filter(sql => !sql.includes('log_head')).length)
    }
    expect(new Set(works).size, works.join()).to.equal(1)
  })

  it('accepts form-encoded parts of the Basic header, and client_secret_post where registered', async () => {
    expect((await ask(server, '', basic(url, secret))).status).to.equal(200)
    expect((await ask(server, `client_id=${encoded(url)}`, basic(url, secret))).status).to.equal(200)
    expect((await ask(server, post('booth'))).status).to.equal(200)
    const plus = `Basic ${Buffer.from(`shop:${encoded(secret).replaceAll('%20', '+')}`).toString('base64')}`
    expect((await ask(server, '', { Authorization: plus })).status).to.equal(200)
    expect((await ask(server, '', { Authorization: plus.replace('Basic', 'bASIC') })).status).to.equal(200)
  })

  it('answers 401 for a malformed Basic header', async () => {
    const raw = (text: string) => `Basic ${Buffer.from(text, 'latin1').toString('base64')}`
    const odd = [
      'Basic',
      'Basic ',
      'Basic !!!',
      'Basic a b',
      `Basic ${'A'.repeat(8_000)}`,
      raw('shop'),
      raw(':'),
      raw('shop:%'),
      raw('shop:%zz'),
      raw('%FF:x'),
      raw('\u00ff\u00fe:x'),
      raw('shop:\u0000'),
      'Basic c2hvcDp4====',
    ]
    for (const authorization of odd) {
      const answer = told(await ask(server, '', { Authorization: authorization }))
      expect([answer.status, answer.challenge], authorization.slice(0, 40)).to.deep.equal([401, 'Basic realm="token"'])
    }
  })

  it('answers 400 invalid_request for two methods, two client ids or a repeated parameter', async () => {
    const bad: [body: string, headers?: Record<string, string>][] = [
      [post('shop'), basic('shop', secret)],
      ['client_secret=x', basic('shop', secret)],
      [`client_assertion=x&client_assertion_type=${encoded(assertionType)}`, basic('shop', secret)],
      [`${post('booth')}&client_assertion=x&client_assertion_type=${encoded(assertionType)}`],
      ['client_id=booth', basic('shop', secret)],
      ['client_id=shop&client_id=shop', basic('shop', secret)],
      [`${post('booth')}&client_secret=${encoded(secret)}`],
      [`${post('booth')}&client_id=booth`],
      ['client_assertion=x'],
      [`client_assertion_type=${encoded(assertionType)}`],
    ]
    for (const [body, headers] of bad) {
      const { status, body: answered } = await ask(server, body, headers)
      expect([status, answered.error], body).to.deep.equal([400, 'invalid_request'])
    }
    // A parameter without a value counts as omitted (RFC 6749 §3.2).
    expect((await ask(server, 'client_id=&client_secret=', basic('shop', secret))).status).to.equal(200)
  })

  it('ignores credentials in the query string, which logs and histories contain', async () => {
    const path = `/oauth/token?${tokens}&${post('booth')}`
    const { status, body } = await aClient(server).send('POST', path, { body: tokens, headers: inForm })
    expect([status, body.error]).to.deep.equal([401, 'invalid_client'])
  })

  it('accepts a new secret and refuses an ended one at once', async () => {
    const { storage, applications } = server.composed.parts
    const add = (overlap: number) =>
      storage.database.transaction(tx => applications.applicationSecrets.add(tx, 'shop', overlap))
    const status = async (given: string) => (await ask(server, '', basic('shop', given))).status
    const second = await add(60_000)
    expect([await status(secret), await status(second)]).to.deep.equal([200, 200])
    const third = await add(0)
    expect([await status(secret), await status(second), await status(third)]).to.deep.equal([401, 401, 200])
    const { secretChanges } = applications
    const { id } = (await secretChanges.list('shop'))[0]!
    const fourth = await add(60_000)
    expect([await status(third), await status(fourth)]).to.deep.equal([200, 200])
    await secretChanges.end('shop', id, 'operator:test')
    expect([await status(third), await status(fourth)]).to.deep.equal([401, 200])
    await changeApplication(server, 'shop', { active: false })
    await settle(server.composed)
    expect(await status(fourth)).to.equal(401)
  })

  it('logs neither the secret nor a wrong one', async () => {
    await ask(server, '', basic('shop', 'a wrong secret'))
    await ask(server, post('booth', 'a wrong secret'))
    await ask(server, '', basic('shop', secret))
    const lines = server.logged.join('\n')
    expect(lines).to.include('the authentication of an application failed').and.include('"application":"shop"')
    for (const text of [secret, 'a wrong secret', encoded('a wrong secret')]) expect(lines).to.not.include(text)
    expect(lines).to.not.match(/Basic [A-Za-z0-9]/)
  })
})

describe('wrong secrets of applications', () => {
  it('get 429 after 50 an hour for one application and network, while the right one is accepted', async () => {
    const settings = { ...testSettings(await sqlite.migrated()), trustProxy: 1 }
    const server = await aServer({ settings, policy: { sign_in_guesses_per_hour: 5 } })
    await anApplicationBy(server, 'shop', null)
    await anApplicationBy(server, 'other', null)
    const from = (address: string, id: string, given: string) =>
      ask(server, '', { ...basic(id, given), 'X-Forwarded-For': address })
    for (let guess = 0; guess < 50; guess++) expect((await from('192.0.2.1', 'shop', 'wrong')).status).to.equal(401)
    const { status, body, headers } = await from('192.0.2.1', 'shop', 'wrong')
    expect([status, body.error]).to.deep.equal([429, 'temporarily_unavailable'])
    expect(Number(headers.get('retry-after'))).to.be.within(1, 3_600)
    for (const [address, id] of [
      ['192.0.2.2', 'shop'],
      ['192.0.2.1', 'other'],
    ] as const)
      expect((await from(address, id, 'wrong')).status).to.equal(401)
    for (const address of ['192.0.2.1', '192.0.2.2'])
      expect((await from(address, 'shop', secret)).status, address).to.equal(200)
    server.clock.advance('1h')
    expect((await from('192.0.2.1', 'shop', 'wrong')).status).to.equal(401)
  })
})

describe('client authentication with a signed assertion', () => {
  let server: TestServer
  let key: ApplicationKey
  const keys: Record<string, ApplicationKey> = {}
  before(async () => {
    for (const alg of ['ES256', 'RS256', 'PS256', 'EdDSA', 'ES384']) keys[alg] = await aKey(alg, alg)
    key = keys.ES256!
  })
  const withKeys = (...jwks: JWK[]) => ({ jwks: { keys: jwks as (JWK & { kty: string })[] } })
  beforeEach(async () => {
    server = await aServer()
    await anApplicationBy(server, 'robot', 'private_key_jwt', withKeys(...Object.values(keys).map(({ jwk }) => jwk)))
    await anApplicationBy(server, 'other', 'private_key_jwt', withKeys(key.jwk))
    await anApplicationBy(server, 'secretive', 'client_secret_basic', withKeys(key.jwk))
    await settle(server.composed)
  })
  const made = (changes: Parameters<typeof anAssertion>[3] = {}, by = key, id = 'robot') =>
    anAssertion(by, id, server.clock.now(), changes)
  const show = async (assertion: string | Promise<string>, more = '') => ask(server, shown(await assertion) + more)

  it('accepts each algorithm, or only token_endpoint_auth_signing_alg where that is set', async () => {
    for (const alg of ['ES256', 'RS256', 'PS256', 'EdDSA'])
      expect((await show(made({}, keys[alg]!))).status, alg).to.equal(200)
    expect((await show(made(), '&client_id=robot')).status).to.equal(200)
    for (const typ of ['JWT', 'client-authentication+jwt'])
      expect((await show(made({ header: { typ } }))).status, typ).to.equal(200)
    // Without a kid each key of the application may be meant.
    const nameless = { ...key, jwk: { ...key.jwk, kid: '' } }
    expect((await show(made({}, nameless))).status).to.equal(200)
    const metadata = {
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'PS256',
    } as const
    const all = withKeys(...Object.values(keys).map(({ jwk }) => jwk))
    await changeApplication(server, 'robot', { metadata: { grant_types: ['client_credentials'], ...metadata, ...all } })
    await settle(server.composed)
    expect([(await show(made())).status, (await show(made({}, keys.PS256!))).status]).to.deep.equal([401, 200])
  })

  it('answers 401 invalid_client for wrong keys, claims and headers, and for malformed assertions', async () => {
    const now = Math.floor(server.clock.now() / 1000)
    const stranger = { ...(await aKey('ES256', 'ES256')) }
    const claims = (changes: object) => made({ claims: changes as never })
    const refused: Record<string, string | Promise<string>> = {
      'another key': made({}, stranger),
      'an algorithm that is not taken': made({}, keys.ES384!),
      'a key that it has not': made({ header: { kid: 'unknown' } }),
      'iss of another': claims({ iss: 'other' }),
      'no iss': claims({ iss: undefined }),
      'sub of another': claims({ sub: 'other' }),
      'no sub': claims({ sub: undefined }),
      'sub that is none': claims({ sub: ['robot'] }),
      'of one with a secret': made({}, key, 'secretive'),
      'of nobody': made({}, key, 'nobody'),
      'of a person': made({}, key, '1'),
      'no aud': claims({ aud: undefined }),
      // RFC 10070
      'aud the token endpoint': claims({ aud: `${issuer}/oauth/token` }),
      'aud a list': claims({ aud: [issuer] }),
      'aud a list of two': claims({ aud: [issuer, 'https://other.example'] }),
      'aud with a slash': claims({ aud: `${issuer}/` }),
      'no exp': claims({ exp: undefined }),
      'exp over': claims({ exp: now - 31 }),
      'exp too far': claims({ exp: now + 331 }),
      'exp absurd': claims({ exp: 1e300 }),
      'exp no number': claims({ exp: '9999999999' }),
      'nbf to come': claims({ nbf: now + 60 }),
      'no jti': claims({ jti: undefined }),
      'jti empty': claims({ jti: '' }),
      'jti no text': claims({ jti: 7 }),
      'jti huge': claims({ jti: 'x'.repeat(600) }),
      'typ of an access token': made({ header: { typ: 'at+jwt' } }),
      'typ of a logout token': made({ header: { typ: 'logout+jwt' } }),
      'crit that nobody knows': made({}).then(one =>
        one.replace(/^[^.]+/, encode({ alg: 'ES256', crit: ['x'], x: 1 })),
      ),
      unsigned: made({}).then(one => `${encode({ alg: 'none' })}.${one.split('.')[1]}.`),
      'a MAC': made({}).then(one => one.replace(/^[^.]+/, encode({ alg: 'HS256' }))),
      'cut off': made({}).then(one => one.slice(0, -4)),
      'two parts': 'a.b',
      text: 'x',
      NUL: '\u0000',
      bidi: '\u202e.\u202e.\u202e',
      huge: claims({ more: 'x'.repeat(9_000) }),
    }
    for (const [what, assertion] of Object.entries(refused)) {
      const { status, body, headers } = await show(assertion)
      expect([status, body.error], what).to.deep.equal([401, 'invalid_client'])
      expect(headers.get('www-authenticate'), what).to.equal(null)
    }
    const otherType = await ask(server, shown(await made(), 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer'))
    expect([otherType.status, otherType.body.error]).to.deep.equal([401, 'invalid_client'])
    const disagree = await show(made(), '&client_id=other')
    expect([disagree.status, disagree.body.error]).to.deep.equal([400, 'invalid_request'])
    for (const [body, headers] of [
      [post('robot'), {}],
      ['', basic('robot', secret)],
      ['client_id=robot', {}],
    ] as const)
      expect((await ask(server, body, headers)).status, body).to.equal(401)
    expect(server.logged.join('\n')).to.not.include('a request failed')
  })

  it('answers 401 for an application whose keys are unusable or missing', async () => {
    const broken = [
      { kty: 'EC', crv: 'P-256', kid: 'ES256' },
      { kty: 'oct', k: 'AA' },
      { kty: 'x' },
      { ...key.jwk, x: '!' },
    ]
    for (const [index, jwk] of broken.entries()) {
      await anApplicationBy(server, `broken${index}`, 'private_key_jwt', withKeys(jwk as JWK))
      const { status, body } = await show(made({}, key, `broken${index}`))
      expect([status, body.error], `${index}`).to.deep.equal([401, 'invalid_client'])
    }
    await anApplicationBy(server, 'keyless', 'private_key_jwt')
    expect((await show(made({}, key, 'keyless'))).status).to.equal(401)
  })

  it('accepts an assertion once for each application, never after expiry; a refused one is not spent', async () => {
    const jti = 'the same'
    const first = await made({ claims: { jti } })
    expect([(await show(first)).status, (await show(first)).status]).to.deep.equal([200, 401])
    expect((await show(made({ claims: { jti } }))).status).to.equal(401)
    expect((await show(made({ claims: { jti } }, key, 'other'))).status).to.equal(200)
    // A refused assertion is not spent: a wrong clock can be corrected.
    const early = await made({ claims: { nbf: Math.floor(server.clock.now() / 1000) + 60 } })
    expect((await show(early)).status).to.equal(401)
    server.clock.advance('50s')
    expect((await show(early)).status).to.equal(200)
    server.clock.advance('39s')
    await server.composed.jobs.runAll()
    const left = () => server.composed.parts.storage.database.read('SELECT hash FROM spent_proof')
    expect((await left()).length).to.be.above(0)
    expect((await show(first)).status).to.equal(401)
    server.clock.advance('10m')
    await server.composed.jobs.runAll()
    expect(await left()).to.deep.equal([])
    expect((await show(first)).status).to.equal(401)
  })

  it('logs no assertion', async () => {
    const assertion = await made()
    await show(assertion)
    await show(assertion)
    expect(server.logged.join('\n')).to.include('"reason":"spent"').and.not.include(assertion.split('.')[2])
  })
})

const encode = (header: object) => Buffer.from(JSON.stringify(header)).toString('base64url')

/** Sends one assertion fifty times at once, of which one may be accepted. */
async function race(servers: readonly TestServer[]): Promise<void> {
  const [server] = servers as [TestServer]
  const key = await aKey('ES256', 'a')
  await anApplicationBy(server, 'robot', 'private_key_jwt', { jwks: { keys: [key.jwk as JWK & { kty: string }] } })
  for (let round = 0; round < 2; round++) {
    const body = shown(await anAssertion(key, 'robot', server.clock.now()))
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => ask(servers[index % servers.length]!, body)),
    )
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1)
    expect(
      answers.filter(({ status, body: told }) => status === 401 && told.error === 'invalid_client'),
    ).to.have.length(49)
  }
}

onEachEngine('one assertion sent fifty times at once', engine => {
  it('is accepted once', async () => race([await aServer({ engine })])).timeout(60_000)
})

onMariaDb('one assertion sent to two servers at once', engine => {
  it('is accepted once', async () => {
    const first = await aServer({ engine })
    await race([first, await aServer({ settings: first.settings, clock: first.clock, policy: null })])
  }).timeout(60_000)
})
