import { expect } from 'chai'
import { createClientDocuments, type ReadDocument } from '../../server/identity/authorizations/client-documents.js'
import { createNetworkThrottle } from '../../server/identity/authorizations/network-throttle.js'
import type { Outgoing } from '../../server/outgoing/outgoing.js'
import {
  allowsDocumentsOf,
  DocumentProblem,
  isDocumentId,
  readClientDocument,
} from '../../server/policy/client-document.js'
import { cacheLifetime } from '../../server/protocol/cache-lifetime.js'
import { Refusal } from '../../server/protocol/errors.js'
import { aClock } from '../support/clock.js'

const good: ReadDocument = (id, document) => {
  if ((document as { bad?: true }).bad) throw new DocumentProblem('bad')
  return { name: id, kind: 'native', metadata: {} }
}

/** Documents fetched from hosts that answer at once with `told`. */
function aHouse() {
  const clock = aClock()
  const asked: string[] = []
  const told = { body: '{}', status: 200, headers: {} as Record<string, string>, wait: Promise.resolve() }
  const outgoing = {
    async request(url: string) {
      asked.push(url)
      await told.wait
      const headers = { 'content-type': 'application/json', ...told.headers }
      return { status: told.status, headers, body: Buffer.from(told.body) }
    },
  } as Outgoing
  const log = { info: () => {} }
  const networkThrottle = createNetworkThrottle({ count: () => {}, now: clock.now, log })
  const documents = createClientDocuments({ outgoing, networkThrottle, now: clock.now, log })
  const find = (id: string, address = '192.0.2.1', isKnown = false) =>
    documents.find({ id, address, isKnown, publicAlone: false, read: good }).then(
      () => 'found',
      (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
    )
  return { clock, asked, told, find }
}

function countsOf(codes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1
  return counts
}

async function each<T>(count: number, work: (number: number) => Promise<T>): Promise<T[]> {
  const all: T[] = []
  for (let number = 0; number < count; number++) all.push(await work(number))
  return all
}

describe('client metadata documents', () => {
  it('are fetched for one network at most 60 times a minute, then refused with too_many_from_network', async () => {
    const { asked, find, clock } = aHouse()
    expect(countsOf(await each(100, number => find(`https://h${number}.example/c`)))).to.deep.equal({
      found: 60,
      too_many_from_network: 40,
    })
    expect(await find('https://h1.example/c'), 'what is held asks nobody').to.equal('found')
    expect(asked).to.have.length(60)
    clock.advance('61s')
    expect(await find('https://h99.example/c')).to.equal('found')
  })

  it('are fetched from one host at most 30 times a minute, and from all hosts 600 times', async () => {
    const { asked, find, clock } = aHouse()
    const address = (number: number) => `192.0.${number >> 8}.${number & 255}`
    const ofOne = await each(50, number => find(`https://one.example/${number}`, address(number)))
    expect(countsOf(ofOne)).to.deep.equal({ found: 30, client_document_unavailable: 20 })
    expect(await find('https://one.example/known', address(50), true)).to.equal('found')
    const ofAll = await each(1_000, number => find(`https://h${number}.example/c`, address(number)))
    expect(countsOf(ofAll)).to.deep.equal({ found: 570, client_document_unavailable: 430 })
    expect(asked).to.have.length(601)
    // The cache is bounded: the first document is no longer in it.
    clock.advance('61s')
    expect(await find('https://one.example/0')).to.equal('found')
    expect(asked, 'fetched anew').to.have.length(602)
  })

  it('of slow hosts are fetched at most 4 at a time per host, 12 of unknown hosts and 16 in all', async () => {
    const { find, asked, told } = aHouse()
    let release = () => {}
    told.wait = new Promise<void>(resolve => {
      release = resolve
    })
    const ofOne = Array.from({ length: 6 }, (_, number) => find(`https://slow.example/${number}`))
    const again = Array.from({ length: 6 }, () => find('https://slow.example/0'))
    const ofOthers = Array.from({ length: 20 }, (_, number) => find(`https://h${number}.example/c`))
    const known = Array.from({ length: 6 }, (_, number) => find(`https://known${number}.example/c`, '192.0.2.2', true))
    release()
    const later = 'client_document_unavailable'
    expect(countsOf(await Promise.all(ofOne)), 'four of one host').to.deep.equal({ found: 4, [later]: 2 })
    expect(countsOf(await Promise.all(again)), 'who asks for the same waits for the same').to.deep.equal({ found: 6 })
    expect(countsOf(await Promise.all(ofOthers)), 'twelve of strangers').to.deep.equal({ found: 8, [later]: 12 })
    expect(countsOf(await Promise.all(known)), 'sixteen in all').to.deep.equal({ found: 4, [later]: 2 })
    expect(asked).to.have.length(16)
  })

  it('are not cached when they are invalid or unavailable', async () => {
    const { asked, told, find } = aHouse()
    for (const [answer, code] of [
      [{ status: 404 }, 'client_document_unavailable'],
      [{ status: 301 }, 'client_document_unavailable'],
      [{ body: '{"bad":true}' }, 'client_document_invalid'],
      [{ body: '' }, 'client_document_invalid'],
      [{ headers: { 'content-type': 'text/plain' } }, 'client_document_invalid'],
    ] as const) {
      Object.assign(told, { status: 200, body: '{}', headers: {} }, answer)
      expect([await find('https://a.example/c'), await find('https://a.example/c')]).to.deep.equal([code, code])
    }
    expect(asked).to.have.length(10)
  })

  it('are cached as their headers say, within bounds', async () => {
    const { asked, told, find, clock } = aHouse()
    const fetches = async (...spans: string[]) => {
      await find('https://a.example/c')
      asked.length = 0
      for (const span of spans) {
        clock.advance(span)
        await find('https://a.example/c')
      }
      return asked.length
    }
    expect([await fetches('59m'), await fetches('2h')]).to.deep.equal([0, 1])
    told.headers = { 'cache-control': 'no-store' }
    expect(await fetches('2h')).to.equal(1)
    expect([await fetches('4m'), await fetches('2m')]).to.deep.equal([0, 1])
  })
})

describe('the content of a client metadata document', () => {
  const id = 'https://tool.example/client.json'
  const context = {
    algorithms: ['ES256'],
    scopes: ['notes:read'],
    policy: { self_registered_scopes: 'notes:read other' },
  }
  const read = (changes: object) =>
    readClientDocument(id, { client_id: id, redirect_uris: ['http://127.0.0.1/'], ...changes }, context)

  const refusals: [sentence: string, document: Record<string, unknown>][] = [
    ['another client_id', { client_id: 'https://claude.example/client' }],
    ['its address in another spelling', { client_id: undefined }],
    ['a secret', { client_secret: 'x'.repeat(40) }],
    ['the end of a secret', { client_secret_expires_at: 0 }],
    ['client_secret_basic', { token_endpoint_auth_method: 'client_secret_basic' }],
    ['client_secret_jwt', { token_endpoint_auth_method: 'client_secret_jwt' }],
    ['a private key', { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' }] } }],
    ['a symmetric key', { jwks: { keys: [{ kty: 'oct', k: 'k' }] } }],
    ['private_key_jwt without a key', { token_endpoint_auth_method: 'private_key_jwt' }],
    ['keys elsewhere', { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://other.example/jwks' }],
    ['keys inside', { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'http://127.0.0.1/jwks' }],
    ['logout elsewhere', { backchannel_logout_uri: 'https://other.example/logout' }],
    ['no redirect_uris', { redirect_uris: undefined }],
    ['redirect_uris elsewhere', { redirect_uris: ['https://other.example/callback'] }],
    ['a look-alike origin', { redirect_uris: ['https://tool.example.evil.example/'] }],
    ['a scheme of its own', { redirect_uris: ['com.example.tool:/callback'] }],
    ['javascript:', { redirect_uris: ['javascript:alert(1)'] }],
    ['redirect_uris that are no list', { redirect_uris: 'http://127.0.0.1/' }],
    ['a name that turns letters round', { client_name: 'Tool\u202e' }],
    ['an algorithm that there is none of', { id_token_signed_response_alg: 'none' }],
  ]

  for (const [sentence, changes] of refusals)
    it(`is refused: ${sentence}`, () => {
      expect(() => read(changes)).to.throw(DocumentProblem)
    })

  it('is refused unless it is an object with its own client_id', () => {
    for (const one of [null, [], 'x', 1, {}, { client_id: 1 }])
      expect(() => readClientDocument(id, one, context), JSON.stringify(one)).to.throw(DocumentProblem)
  })

  it('is reduced to its kind and methods, addresses of its own origin, and scopes open to all applications', () => {
    expect(read({})).to.deep.equal({
      name: 'tool.example',
      kind: 'native',
      metadata: {
        redirect_uris: ['http://127.0.0.1/'],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        application_type: 'native',
        scope: 'openid profile email roles offline_access notes:read',
      },
    })
    const { kind, metadata } = read({
      redirect_uris: [
        'https://tool.example/back',
        'https://other.example/back',
        'http://10.0.0.1/',
        'http://localhost:1/x',
      ],
      post_logout_redirect_uris: ['https://tool.example/out', 'https://other.example/'],
      grant_types: ['refresh_token', 'authorization_code', 'urn:x'],
      scope: 'darvoza:admin openid revocations:read unknown',
      client_uri: 'https://other.example/',
      policy_uri: 'https://tool.example/policy',
      logo_uri: 'https://other.example/logo.png',
      first_party: true,
      lifetimes: { access_token_lifetime: 86_400 },
    })
    expect(kind).to.equal('native')
    expect(metadata).to.deep.equal({
      redirect_uris: ['https://tool.example/back', 'http://localhost:1/x'],
      post_logout_redirect_uris: ['https://tool.example/out'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      scope: 'openid',
      policy_uri: 'https://tool.example/policy',
    })
    expect(read({ redirect_uris: ['https://tool.example/back'] }).kind).to.equal('browser')
  })

  it('is named by its host first, followed by a readable client_name', () => {
    const nameOf = (client_name: unknown) => read({ client_name }).name
    expect([nameOf('Tool'), nameOf(' '), nameOf('TOOL.example'), nameOf(null)]).to.deep.equal([
      'tool.example (Tool)',
      ...['tool.example', 'tool.example', 'tool.example'],
    ])
    for (const name of ['To\u200bol', 'To\u2028ol', 'T\u0301\u0301\u0301ool', '\u3164'])
      expect(nameOf(name), JSON.stringify(name)).to.equal('tool.example')
    expect(nameOf('x'.repeat(500))).to.equal(`tool.example (${'x'.repeat(60)}…)`)
  })
})

describe('the cache lifetime of an answer', () => {
  const bounds = { least: 300, usual: 3_600, most: 86_400 }
  const cases: [headers: Record<string, string>, seconds: number][] = [
    [{}, 3_600],
    [{ 'cache-control': 'max-age=600' }, 600],
    [{ 'cache-control': 'Public, Max-Age="600"' }, 600],
    [{ 'cache-control': 'max-age=600', age: '200' }, 400],
    [{ 'cache-control': 's-maxage=900, max-age=600' }, 900],
    [{ 'cache-control': 'max-age=1' }, 300],
    [{ 'cache-control': 'no-store, max-age=9999' }, 300],
    [{ 'cache-control': 'no-cache' }, 300],
    [{ 'cache-control': 'max-age=999999999999' }, 86_400],
    [{ 'cache-control': 'max-age=-1' }, 3_600],
    [{ 'cache-control': 'max-age=600', age: '9999' }, 300],
    [{ expires: 'Thu, 01 Jan 2026 01:00:00 GMT', date: 'Thu, 01 Jan 2026 00:50:00 GMT' }, 600],
    [{ expires: '0', date: 'x' }, 3_600],
  ]
  for (const [headers, seconds] of cases)
    it(`${JSON.stringify(headers)}: ${seconds} seconds`, () => {
      expect(cacheLifetime(headers, bounds)).to.equal(seconds)
    })
})

describe('the address of a client metadata document', () => {
  it('is an https URL in its canonical spelling, with a path and a host name', () => {
    for (const id of ['https://tool.example/', 'https://tool.example/c?x=1', 'https://tool.example:8443/a/b.json'])
      expect(isDocumentId(id), id).to.equal(true)
    const wrong = [
      'tool',
      'http://tool.example/c',
      'HTTPS://tool.example/c',
      'https://tool.example',
      'https://tool.example:443/c',
    ]
    const wronger = [
      'https://Tool.example/c',
      'https://u@tool.example/c',
      'https://tool.example/#c',
      'https://tool.example/a/../c',
    ]
    const worst = [
      'https://tool.example/./c',
      'https://tool.example/%2e%2E/c',
      'https://tool.example\\c',
      'https://[::1]/c',
    ]
    const numbers = [
      'https://127.0.0.1/c',
      'https://0x7f.1/c',
      'https://2130706433/c',
      'https://tool.example/c d',
      'https://тул.example/c',
    ]
    for (const id of [...wrong, ...wronger, ...worst, ...numbers]) expect(isDocumentId(id), id).to.equal(false)
  })

  it('is of a host in client_id_metadata_document_hosts, or below a wildcard in it', () => {
    const from = (client_id_metadata_document_hosts: string, id = 'https://a.tool.example/c') =>
      allowsDocumentsOf({ client_id_metadata_documents: 'listed_hosts', client_id_metadata_document_hosts }, id)
    expect([from('a.tool.example'), from('x.example a.tool.example'), from('*.tool.example')]).to.deep.equal([
      true,
      true,
      true,
    ])
    expect([from(''), from('tool.example'), from('*.a.tool.example'), from('ool.example')]).to.deep.equal([
      false,
      false,
      false,
      false,
    ])
    expect([
      from('*.tool.example', 'https://tool.example/c'),
      from('a.tool.example', 'https://a.tool.example:8443/c'),
    ]).to.deep.equal([false, false])
  })
})
