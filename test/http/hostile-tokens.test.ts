// Forged tokens, most of them signed with the right key: a valid signature alone does not make a token valid.
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { expect } from 'chai'
import { signInput } from '../../server/protocol/algorithms.js'
import { calmly } from '../support/calm.js'
import { aClient, type Client, claimsOf, type Pair } from '../support/client.js'
import { aForge, changed, type Forge, headerOf } from '../support/forge.js'
import { aServer, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'

type Case = [what: string, token: string, reason: string]

type Scene = { server: TestServer; client: Client; forge: Forge; pair: Pair; now: number }

async function aScene(): Promise<Scene> {
  const server = await aServer()
  const client = aClient(server)
  const pair = await client.signIn(await server.aUser())
  return { server, client, forge: aForge(server), pair, now: Math.floor(server.clock.now() / 1000) }
}

/** Sends every token to every endpoint: each refuses it with its reason, changes nothing and does not stall. */
async function expectRefused({ server, client, pair }: Scene, cases: Case[]): Promise<void> {
  const before = await snapshotOf(server)
  for (let first = 0; first < cases.length; first += 10) await calmly(() => refuseEach(cases.slice(first, first + 10)))
  expect(await snapshotOf(server)).to.equal(before)
  expect((await client.get('/api/me/', pair.access)).status).to.equal(200)
  expect((await client.refresh(pair.refresh)).status).to.equal(200)

  async function refuseEach(some: Case[]): Promise<void> {
    for (const [what, token, reason] of some) {
      const verified = await client.verify(token)
      expect(verified.status, what).to.equal(401)
      expect(verified.body, what).to.include({ code: 'token_not_valid', reason })
      expect((await client.refresh(token)).status, `${what}, refresh`).to.equal(401)
      expect((await client.post('/api/token/blacklist/', { refresh: token })).status, `${what}, blacklist`).to.equal(
        401,
      )
      if (!/^[\x21-\x7e]+$/.test(token)) continue
      const asked = await client.get('/api/me/', token)
      expect(asked.status, `${what}, bearer`).to.equal(401)
      expect(asked.body.messages, `${what}, bearer`).to.have.length(1)
      expect(asked.headers.get('www-authenticate'), what).to.match(
        /^Bearer realm="api", error="invalid_token", .*error_code="/,
      )
    }
  }
}

const text = (token: string) => JSON.stringify(claimsOf(token))
const tail = (token: string) => token.slice(token.lastIndexOf('.') + 1)
const resigned = (token: string, change: (signature: Buffer) => Buffer) =>
  `${body(token)}.${change(Buffer.from(tail(token), 'base64url')).toString('base64url')}`
const body = (token: string) => token.slice(0, token.lastIndexOf('.'))

describe('hostile token', () => {
  it('with a wrong algorithm, key id or signature is refused', async () => {
    const scene = await aScene()
    const { forge, pair, server } = scene
    const claims = claimsOf(pair.access)
    const kid = headerOf(pair.access).kid as string
    const { publicKey } = server.composed.parts.tokens.signingKeys.find(kid)!
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const jwk = stranger.publicKey.export({ format: 'jwk' })
    const none = ['none', 'None', 'NONE', 'nOnE'].map((alg): Case => {
      const token = forge.compact({ alg, typ: 'at+jwt', kid }, claims, () => Buffer.alloc(0))
      return [`alg ${alg}`, token, 'token_algorithm']
    })
    const publicSecrets = [
      publicKey.export({ type: 'spki', format: 'pem' }),
      publicKey.export({ type: 'spki', format: 'der' }),
      JSON.stringify(publicKey.export({ format: 'jwk' })),
    ].map((secret, index): Case => {
      const mac = (input: string) => createHmac('sha256', secret).update(input).digest()
      const token = forge.compact({ alg: 'HS256', typ: 'at+jwt', kid }, claims, mac)
      return [`HS256 with the public key, ${index}`, token, 'token_algorithm']
    })
    const own = (input: string) => signInput('ES256', stranger.privateKey, input)
    const { privateKey } = server.composed.parts.tokens.signingKeys.active()
    const der = (input: string) => sign('sha256', Buffer.from(input), privateKey)
    const header = { alg: 'ES256', typ: 'at+jwt', kid }
    await expectRefused(scene, [
      ...none,
      ...publicSecrets,
      ['no alg', forge.access(claims, { alg: undefined }), 'token_algorithm'],
      ['alg 5', forge.access(claims, { alg: 5 }), 'token_algorithm'],
      ['alg __proto__', forge.access(claims, { alg: '__proto__' }), 'token_algorithm'],
      ['alg ES384', forge.access(claims, { alg: 'ES384' }), 'token_algorithm'],
      ['no kid', forge.access(claims, { kid: undefined }), 'token_key_unknown'],
      ['kid 1', forge.access(claims, { kid: 1 }), 'token_key_unknown'],
      ['kid of another', forge.access(claims, { kid: 'x'.repeat(43) }), 'token_key_unknown'],
      ['kid __proto__', forge.access(claims, { kid: '__proto__' }), 'token_key_unknown'],
      ['kid path', forge.access(claims, { kid: '../../../../dev/null' }), 'token_key_unknown'],
      ['kid SQL', forge.access(claims, { kid: "' OR '1'='1" }), 'token_key_unknown'],
      ['a key of its own', forge.compact({ ...header, jwk }, claims, own), 'token_signature'],
      [
        'a link to its own key',
        forge.compact({ ...header, jku: 'http://127.0.0.1:1/jwks' }, claims, own),
        'token_signature',
      ],
      [
        'a certificate',
        forge.compact({ ...header, x5u: 'http://127.0.0.1:1/', x5c: ['MA=='] }, claims, own),
        'token_signature',
      ],
      ['zeros', forge.compact(header, claims, () => Buffer.alloc(64)), 'token_signature'],
      ['no signature', forge.compact(header, claims, () => Buffer.alloc(0)), 'token_signature'],
      ['a DER signature', forge.compact(header, claims, der), 'token_signature'],
      [
        'a refresh token with a secret of its own',
        forge.compact(headerOf(pair.refresh), claimsOf(pair.refresh), input =>
          createHmac('sha256', 'a').update(input).digest(),
        ),
        'token_signature',
      ],
      ['a refresh token with kid -1', forge.refresh(claimsOf(pair.refresh), { kid: '-1' }), 'token_key_unknown'],
      ['a refresh token with kid 1.0', forge.refresh(claimsOf(pair.refresh), { kid: '1.0' }), 'token_key_unknown'],
      ['a refresh token with alg HS512', forge.refresh(claimsOf(pair.refresh), { alg: 'HS512' }), 'token_algorithm'],
      [
        'a refresh token with a number for its kid',
        forge.refresh(claimsOf(pair.refresh), { kid: 1 }),
        'token_key_unknown',
      ],
    ])
  })

  it('with crit, b64, zip or cty, or with claims that are no object, is refused as token_malformed', async () => {
    const scene = await aScene()
    const { forge, pair } = scene
    const claims = claimsOf(pair.access)
    await expectRefused(scene, [
      ['crit', forge.access(claims, { crit: ['exp'] }), 'token_malformed'],
      ['empty crit', forge.access(claims, { crit: [] }), 'token_malformed'],
      ['b64', forge.access(claims, { b64: false, crit: ['b64'] }), 'token_malformed'],
      ['zip', forge.access(claims, { zip: 'DEF' }), 'token_malformed'],
      ['nested', forge.access(claims, { cty: 'JWT' }), 'token_malformed'],
      ['a token for its claims', forge.access(JSON.stringify(pair.access)), 'token_malformed'],
      ['a list for its claims', forge.access('[]'), 'token_malformed'],
      ['null for its claims', forge.access('null'), 'token_malformed'],
      ['nothing for its claims', forge.access(''), 'token_malformed'],
      ['deep claims', forge.access(`{"a":${'['.repeat(2_000)}${']'.repeat(2_000)}}`), 'token_malformed'],
      ['a list for its header', forge.compact('[]', claims, () => Buffer.alloc(64)), 'token_malformed'],
      ['no JSON for its header', forge.compact('alg', claims, () => Buffer.alloc(64)), 'token_malformed'],
    ])
  })

  it('with a duplicate claim is refused as token_malformed', async () => {
    const scene = await aScene()
    const { forge, pair } = scene
    const more = (token: string, members: string) => text(token).replace(/\}$/, `,${members}}`)
    await expectRefused(scene, [
      ['sub', forge.access(more(pair.access, '"sub":"1"')), 'token_malformed'],
      ['sub, escaped', forge.access(more(pair.access, '"\\u0073ub":"1"')), 'token_malformed'],
      ['exp', forge.access(more(pair.access, '"exp":9999999999')), 'token_malformed'],
      ['gen', forge.refresh(more(pair.refresh, '"gen":9')), 'token_malformed'],
      ['deeper', forge.access(more(pair.access, '"x":{"a":1,"a":1}')), 'token_malformed'],
    ])
  })

  it('with an invalid, missing or implausible exp or iat is refused', async () => {
    const scene = await aScene()
    const { forge, pair, now } = scene
    const raw = (token: string, name: string, value: string) =>
      text(token).replace(new RegExp(`"${name}":\\d+`), `"${name}":${value}`)
    const absurd = [
      'null',
      '[]',
      '{}',
      'true',
      '"1e9"',
      '1e400',
      '-1e400',
      '1e14',
      '-1',
      '0',
      '1.5',
      '9007199254740993',
    ]
    const both = ['exp', 'iat'].flatMap(name =>
      absurd.flatMap((value): Case[] => [
        [`access ${name} ${value}`, forge.access(raw(pair.access, name, value)), 'token_claims'],
        [`refresh ${name} ${value}`, forge.refresh(raw(pair.refresh, name, value)), 'token_claims'],
      ]),
    )
    await expectRefused(scene, [
      ...both,
      ['no exp', forge.access(changed(pair.access, { exp: undefined })), 'token_claims'],
      ['no iat', forge.access(changed(pair.access, { iat: undefined })), 'token_claims'],
      ['exp now', forge.access(changed(pair.access, { exp: now, iat: now - 10 })), 'token_expired'],
      ['exp long ago', forge.access(changed(pair.access, { exp: 1 })), 'token_expired'],
      ['iat ahead', forge.access(changed(pair.access, { iat: now + 172_800 })), 'token_not_yet_valid'],
      ['exp before iat', forge.access(changed(pair.access, { iat: now + 3, exp: now + 2 })), 'token_claims'],
      ['too long a life', forge.access(changed(pair.access, { exp: now + 86_401 })), 'token_claims'],
      [
        'too long a life of a refresh token',
        forge.refresh(changed(pair.refresh, { exp: now + 366 * 86_400 })),
        'token_claims',
      ],
    ])
  })

  it('with a claim of the wrong type or another issuer or audience is refused', async () => {
    const scene = await aScene()
    const { forge, pair } = scene
    const uuid = 'a0000000-0000-4000-8000-000000000000'
    const subs = [
      1,
      true,
      null,
      '',
      '0',
      '01',
      '-1',
      '1.0',
      ' 1',
      '1 ',
      '1e3',
      '0x1',
      '１',
      '9007199254740993',
      uuid,
      [1],
      {},
      undefined,
    ]
    const shapes: Record<string, unknown[]> = {
      jti: [1, '', null, 'j'.repeat(2_000), undefined],
      client_id: [1, null, ['darvoza'], undefined],
      iss: [1, null, ['http://localhost:4000'], undefined],
      aud: [1, null, ['http://localhost:4000'], undefined],
    }
    const ofAccess: Record<string, unknown[]> = {
      sid: [1, null, '', {}],
      roles: ['admin', null, [1], { length: 1 }, undefined],
      permissions: ['darvoza:users:write', null, [null]],
      rev: [-1, 1.5, '0', null, undefined],
      username: [1, null, []],
      scope: [1, ['darvoza:admin'], null],
      must_change_password: [false, 1, 'true', null],
      auth_time: ['1', null, -1],
    }
    const ofRefresh: Record<string, unknown[]> = {
      sid: [1, null, '', undefined],
      gen: [0, -1, 1.5, '1', null, [1], undefined],
      username: [1, null, undefined],
    }
    const cases = (kind: 'access' | 'refresh', table: Record<string, unknown[]>): Case[] =>
      Object.entries(table).flatMap(([name, values]) =>
        values.map((value): Case => {
          const token = forge[kind](changed(pair[kind], { [name]: value }))
          return [`${kind} ${name} ${JSON.stringify(value)}`, token, 'token_claims']
        }),
      )
    await expectRefused(scene, [
      ...cases('access', { sub: subs, ...shapes, ...ofAccess }),
      ...cases('refresh', { sub: subs, ...shapes, ...ofRefresh }),
      ['another issuer', forge.access(changed(pair.access, { iss: 'http://localhost:4000/' })), 'token_issuer'],
      ['another audience', forge.access(changed(pair.access, { aud: 'shop' })), 'token_audience'],
    ])
  })

  it('of another type than the endpoint requires (access, refresh, device, id_token) is refused', async () => {
    const scene = await aScene()
    const { forge, pair, client } = scene
    const { access, refresh, device_token } = pair
    expect((await client.get('/api/me/', refresh)).body).to.include({ code: 'token_not_valid', reason: 'token_type' })
    for (const token of [access, device_token]) {
      expect((await client.refresh(token)).body).to.include({ code: 'token_not_valid', reason: 'token_type' })
      expect((await client.post('/api/token/blacklist/', { refresh: token })).status).to.equal(401)
    }
    const device = claimsOf(device_token)
    await expectRefused(scene, [
      ['device token', device_token, 'token_type'],
      ['device token that says more', forge.device({ ...claimsOf(refresh), ...device }), 'token_type'],
      [
        'device token that calls itself a refresh token',
        forge.device(claimsOf(refresh), { typ: 'rt+jwt' }),
        'token_signature',
      ],
      [
        'refresh token that calls itself an access token',
        forge.refresh(claimsOf(access), { typ: 'at+jwt' }),
        'token_key_unknown',
      ],
      ['access claims in a refresh token', forge.refresh(claimsOf(access)), 'token_type'],
      ['refresh claims in an access token', forge.access(claimsOf(refresh)), 'token_type'],
      ['an id token', forge.access(claimsOf(access), { typ: 'JWT' }), 'token_type'],
      ['no typ', forge.access(claimsOf(access), { typ: undefined }), 'token_type'],
    ])
  })

  it('in a non-canonical encoding or with an altered signature is refused', async () => {
    const scene = await aScene()
    const { pair, forge } = scene
    const { access, refresh } = pair
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    /** The next letter differs only in bits that no byte holds: a lenient decoder reads the same signature. */
    const respelt = (token: string) => token.slice(0, -1) + alphabet[alphabet.indexOf(token.at(-1)!) + 1]
    const flipped = (token: string) =>
      `${body(token)}.${tail(token).startsWith('A') ? 'B' : 'A'}${tail(token).slice(1)}`
    const both = (what: string, spell: (token: string) => string, reason = 'token_malformed'): Case[] => [
      [`access: ${what}`, spell(access), reason],
      [`refresh: ${what}`, spell(refresh), reason],
    ]
    await expectRefused(scene, [
      ...both('padding', token => `${token}==`),
      ...both('one sign of padding', token => `${token}=`),
      ...both('a trailing dot', token => `${token}.`),
      ...both('a leading dot', token => `.${token}`),
      ...both('a second signature', token => `${token}.${tail(token)}`),
      ...both('no signature', body),
      ...both('signs that are none', token => `${body(token)}.!!!!${tail(token)}`),
      ...both('signs that are none, inside', token => `${token.slice(0, -20)}!!!!${token.slice(-20)}`),
      ...both('a line break inside', token => `${token.slice(0, -20)}\n${token.slice(-20)}`),
      ...both('a NUL-like sign inside', token => `${token.slice(0, -20)}\u0001${token.slice(-20)}`),
      ...both(
        'base64 instead of base64url',
        token => `${body(token)}.${Buffer.from(tail(token), 'base64url').toString('base64')}`,
      ),
      ...both('bits past the end', respelt),
      ...both('a cut signature', token => resigned(token, signature => signature.subarray(0, -1)), 'token_signature'),
      ...both(
        'a longer signature',
        token => resigned(token, signature => Buffer.concat([signature, signature])),
        'token_signature',
      ),
      ...both('another signature', flipped, 'token_signature'),
      ...both('too long', token => `${body(token)}.${'A'.repeat(8_192)}`),
      ['a byte order mark', forge.access(`\ufeff${text(access)}`), 'token_malformed'],
      [
        'invalid UTF-8',
        forge.compact(headerOf(access), claimsOf(access), () => Buffer.alloc(64)).replace(/\.[^.]+\./, './w.'),
        'token_malformed',
      ],
    ])
  })
})
