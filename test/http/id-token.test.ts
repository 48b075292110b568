// id_tokens: claims, lifetimes and signing keys, and that no route accepts one as an access token. They are verified
// with jose and the published keys alone.
import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { createLocalJWKSet, decodeProtectedHeader, type JWTVerifyResult, jwtVerify } from 'jose'
import type { ApplicationMetadata } from '../../server/policy/application-metadata.js'
import { deviceGrantType } from '../../server/policy/device-request.js'
import { accessTokenType, tokenExchangeGrant } from '../../server/policy/token-exchange.js'
import { aConfidentialApplication, anApplication, basic, inForm } from '../support/applications.js'
import { aClient, claimsOf } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { everything, tokensOf } from '../support/id-tokens.js'
import { later } from '../support/keys.js'
import { aServer, issuer, settle, type TestServer } from '../support/server.js'

/** Verifies an id_token with the published JWKS, as a relying party does. */
async function verified(server: TestServer, idToken: string, audience: string): Promise<JWTVerifyResult> {
  const jwks = createLocalJWKSet((await aClient(server).get('/.well-known/jwks.json')).body)
  return jwtVerify(idToken, jwks, { issuer, audience, currentDate: new Date(server.clock.now()) })
}

describe('id_token', () => {
  let server: TestServer
  beforeEach(async () => {
    server = await aServer({ policy: { access_token_lifetime: 7_200 } })
  })

  it('is refused as an access token and as a refresh token', async () => {
    const amy = await server.aUser()
    const { idToken } = await tokensOf(server, amy, { scope: everything })
    const client = aClient(server)
    for (const path of ['/api/me/', '/api/admin/users/'])
      expect((await client.get(path, idToken)).body, path).to.include({ reason: 'token_type' })
    expect((await client.verify(idToken)).body).to.include({ reason: 'token_type' })
    expect((await client.refresh(idToken)).status).to.equal(401)
    expect((await client.post('/api/token/blacklist/', { refresh: idToken })).status).to.equal(401)
  })

  it('is refused at the token endpoint and at userinfo, and is inactive for introspection', async () => {
    const grant_types = [
      'refresh_token',
      deviceGrantType,
      tokenExchangeGrant,
    ] satisfies ApplicationMetadata['grant_types']
    const [resource, target] = ['https://orders.example', 'https://stock.example']
    await anApplication(server, 'stock', { kind: 'resource_server', resource: target })
    const orders = await aConfidentialApplication(server, 'orders', {
      ...{ kind: 'resource_server', resource, resourceScopes: [{ name: 'orders:read', description: '' }] },
      metadata: { grant_types, token_exchange: [{ resource: target }] },
    })
    const amy = await server.aUser()
    const scope = 'openid orders:read'
    const { id, access, idToken } = await tokensOf(server, amy, {
      ...{ scope, metadata: { scope, grant_types }, grant: { resources: [resource] } },
    })
    const { applications, storage } = server.composed.parts
    const own = await storage.database.transaction(tx => applications.applicationSecrets.add(tx, id, 0))
    await settle(server.composed)
    const client = aClient(server)
    const ask = async (path: string, sender: Record<string, string>, form: Record<string, string>) => {
      const body = String(new URLSearchParams(form))
      const answer = await client.send('POST', path, { body, headers: { ...inForm, ...sender } })
      return [answer.status, answer.body.error ?? answer.body.active, answer.body.error_uri?.split('/').at(-1)]
    }
    const exchange = (subject_token: string) =>
      ask('/oauth/token', basic('orders', orders), {
        ...{ grant_type: tokenExchangeGrant, subject_token, subject_token_type: accessTokenType, resource: target },
      })
    expect(await exchange(idToken)).to.deep.equal([400, 'invalid_request', 'subject_token_invalid'])
    for (const [grant_type, name] of [
      ['refresh_token', 'refresh_token'],
      [deviceGrantType, 'device_code'],
    ] as const) {
      const told = await ask('/oauth/token', basic(id, own), { grant_type, [name]: idToken })
      expect(told.slice(0, 2), name).to.deep.equal([400, 'invalid_grant'])
    }
    for (const sender of [basic(id, own), basic('orders', orders)])
      expect(await ask('/oauth/introspect', sender, { token: idToken })).to.deep.equal([200, false, undefined])
    const refused = await client.get('/oauth/userinfo', idToken)
    expect([refused.status, refused.body.error]).to.deep.equal([401, 'invalid_token'])
    expect(refused.headers.get('www-authenticate')).to.include('error_code="token_type"')
    // The access token of the same session is accepted at each of them.
    expect((await exchange(access))[0]).to.equal(200)
    for (const sender of [basic(id, own), basic('orders', orders)])
      expect(await ask('/oauth/introspect', sender, { token: access })).to.deep.equal([200, true, undefined])
    expect((await client.get('/oauth/userinfo', access)).status).to.equal(200)
  })

  // oidcc-server, oidcc-scope-profile
  it('has the claims of the sign-in and the profile scope, and verifies with the published keys', async () => {
    const amy = await server.aUser({ username: 'amy', firstName: 'Amy', lastName: 'Winter', email: 'amy@example.org' })
    server.clock.advance('10m')
    const { id, session, access, idToken } = await tokensOf(server, amy, { scope: 'openid profile email', nonce: 'n1' })
    const { payload, protectedHeader } = await verified(server, idToken, id)
    const iat = Math.floor(server.clock.now() / 1000)
    const half = createHash('sha256').update(access).digest().subarray(0, 16)
    expect(payload).to.deep.equal({
      iss: issuer,
      sub: String(amy.id),
      aud: id,
      iat,
      exp: iat + 3_600,
      auth_time: Math.floor(session.authenticatedAt / 1000),
      nonce: 'n1',
      at_hash: half.toString('base64url'),
      sid: session.id,
      amr: ['pwd'],
      name: 'Amy Winter',
      preferred_username: 'amy',
      given_name: 'Amy',
      family_name: 'Winter',
    })
    // OIDC Core §2: RS256 unless registered otherwise. oidcc-id-token-kid-absent-single-jwks has no counterpart: there is a kid.
    expect(protectedHeader).to.deep.equal({ alg: 'RS256', typ: 'JWT', kid: protectedHeader.kid })
    expect(claimsOf(access)).to.include({ sub: payload.sub, sid: payload.sid, auth_time: payload.auth_time })
  })

  it('has no nonce that was not sent, and no name or roles without their scopes', async () => {
    const bob = await server.aUser({ firstName: 'Bob', email: 'bob@example.org', roles: ['support'] })
    const { id, idToken } = await tokensOf(server, bob)
    const { payload } = await verified(server, idToken, id)
    expect(Object.keys(payload)).to.have.members('iss sub aud iat exp auth_time at_hash sid amr'.split(' '))
  })

  it('has the roles also under the roles_claim of the application, which replaces no other claim', async () => {
    const eve = await server.aUser({ username: 'eve', roles: ['support'] })
    const scope = 'openid profile roles'
    const told = async (roles_claim?: string) => {
      const metadata = roles_claim === undefined ? {} : { roles_claim }
      const { id, idToken } = await tokensOf(server, eve, { scope, metadata })
      return (await verified(server, idToken, id)).payload
    }
    expect(await told()).to.deep.include({ roles: ['support'], name: 'eve' })
    expect(await told('groups')).to.deep.include({ roles: ['support'], groups: ['support'] })
    for (const name of ['sub', 'aud', 'exp', 'nonce', 'at_hash', 'preferred_username']) {
      const payload = await told(name)
      expect(payload.roles, name).to.deep.equal(['support'])
      expect(payload[name], name).to.not.deep.equal(['support'])
    }
  })

  it('expires together with an access token that lasts five minutes', async () => {
    const { id, idToken, access } = await tokensOf(server, await server.aUser(), {
      metadata: { lifetimes: { access_token_lifetime: 300 } },
    })
    const { payload } = await verified(server, idToken, id)
    expect(payload.exp).to.equal(claimsOf(access).exp)
    expect(payload.exp! - payload.iat!).to.equal(300)
  })
})

onEachEngine('id_token', engine => {
  it('is signed with id_token_signed_response_alg, which also decides at_hash; 503 without a key', async () => {
    const server = await aServer({ engine, policy: { access_token_algorithm: 'EdDSA' } })
    await later('1m', server)
    await later('20m', server)
    const amy = await server.aUser()
    for (const [algorithm, hash] of [
      ['RS256', 'sha256'],
      ['ES256', 'sha256'],
      ['EdDSA', 'sha512'],
    ] as const) {
      const metadata = { id_token_signed_response_alg: algorithm }
      const { id, idToken, access } = await tokensOf(server, amy, { metadata })
      const { payload, protectedHeader } = await verified(server, idToken, id)
      expect(protectedHeader.alg).to.equal(algorithm)
      const whole = createHash(hash).update(access).digest()
      expect(payload.at_hash).to.equal(whole.subarray(0, whole.length / 2).toString('base64url'))
    }
    const unheld = tokensOf(server, amy, { metadata: { id_token_signed_response_alg: 'PS256' } })
    const error = await unheld.catch(error => error)
    expect([error.code, error.status]).to.deep.equal(['database_unavailable', 503])
  })

  // oidcc-server-rotate-keys
  it('stays valid across a key rotation; later ones are signed with the new key', async () => {
    const server = await aServer({ engine })
    const amy = await server.aUser()
    const before = await tokensOf(server, amy)
    await server.composed.parts.keys.keyRing.rotate({ algorithm: 'RS256' }, 'system')
    await later('20m', server)
    const after = await tokensOf(server, amy)
    const kids = [before, after].map(({ idToken }) => decodeProtectedHeader(idToken).kid)
    expect(kids[0]).to.not.equal(kids[1])
    for (const { idToken, id } of [before, after]) await verified(server, idToken, id)
  })

  it('is issued right after an upgrade of a database without an RS256 key', async () => {
    const former = await aServer({ engine })
    await former.composed.parts.storage.database.write("DELETE FROM signing_key WHERE algorithm = 'RS256'")
    const { settings, clock } = former
    await former.close()
    const server = await aServer({ settings, clock })
    await server.composed.jobs.settled()
    await settle(server.composed)
    const { id, idToken } = await tokensOf(server, await server.aUser())
    expect((await verified(server, idToken, id)).protectedHeader.alg).to.equal('RS256')
  })
})
