import { expect } from 'chai'
import { aClient, claimsOf } from '../support/client.js'
import { aForge, changed } from '../support/forge.js'
import { aServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'

describe('POST /api/token/verify', () => {
  it('refuses text that is not a JWT, a device token, and other unsupported token types', async () => {
    const server = await aServer()
    const client = aClient(server)
    const forge = aForge(server)
    const { access, device_token } = await client.signIn(await server.aUser())
    const cases: [token: string, detail: string, reason: string][] = [
      ['nonsense', 'Token is invalid', 'token_malformed'],
      [device_token, 'Token has wrong type', 'token_type'],
      [forge.access(claimsOf(access), { typ: 'JWT' }), 'Token has wrong type', 'token_type'],
      [forge.access(changed(access, { token_type: 'id' })), 'Token has wrong type', 'token_type'],
      [forge.access(changed(access, { client_id: 'shop' })), 'Token is invalid', 'token_claims'],
    ]
    for (const [token, detail, reason] of cases) {
      const answer = await client.verify(token)
      expect(answer.status, reason).to.equal(401)
      expect(answer.body).to.deep.equal({ detail, code: 'token_not_valid', reason })
      expect(answer.headers.get('www-authenticate')).to.equal('Bearer realm="api"')
    }
  })

  it('refuses expired access and refresh tokens', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { access, refresh } = await client.signIn(await server.aUser())
    server.clock.advance('59m')
    expect((await client.verify(access)).status).to.equal(200)
    server.clock.advance('1m')
    const expired = { detail: 'Token is expired', code: 'token_not_valid', reason: 'token_expired' }
    expect((await client.verify(access)).body).to.deep.equal(expired)
    expect((await client.verify(refresh)).status).to.equal(200)
    server.clock.advance('23h')
    expect((await client.verify(refresh)).body).to.deep.equal(expired)
  })

  it('answers 401 for both tokens of a blacklisted session, and changes nothing', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { access, refresh } = await client.signIn(await server.aUser())
    await client.post('/api/token/blacklist/', { refresh })
    const before = await snapshotOf(server)
    for (const token of [access, refresh]) {
      const answer = await client.verify(token)
      expect(answer.status).to.equal(401)
      expect(answer.body).to.deep.equal({
        detail: 'Token is blacklisted',
        code: 'token_not_valid',
        reason: 'session_ended',
      })
    }
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('refuses a spent refresh token after the grace, and does not end its session', async () => {
    const server = await aServer()
    const client = aClient(server)
    const first = await client.signIn(await server.aUser())
    const second = (await client.refresh(first.refresh)).body
    const before = await snapshotOf(server)
    expect((await client.verify(first.refresh)).status, 'within the grace').to.equal(200)
    server.clock.advance('21s')
    const answer = await client.verify(first.refresh)
    expect(answer.status).to.equal(401)
    expect(answer.body).to.deep.equal({
      detail: 'Token is blacklisted',
      code: 'token_not_valid',
      reason: 'token_revoked',
    })
    expect(await snapshotOf(server)).to.equal(before)
    expect((await client.refresh(second.refresh)).status).to.equal(200)
  })

  it('refuses the tokens of a disabled and of a deleted user', async () => {
    const server = await aServer()
    const client = aClient(server)
    const amy = await server.aUser()
    const { access, refresh } = await client.signIn(amy)
    await server.composed.parts.people.users.disable(amy.id, 'system')
    for (const token of [access, refresh]) {
      const { status, body } = await client.verify(token)
      expect({ status, reason: body.reason }).to.deep.equal({ status: 401, reason: 'user_inactive' })
    }
    await server.composed.parts.people.users.remove(amy.id, 'system')
    for (const token of [access, refresh]) {
      const { status, body } = await client.verify(token)
      expect({ status, reason: body.reason }).to.deep.equal({ status: 401, reason: 'user_unknown' })
    }
  })

  it('refuses a stale access token after a role change; the token of the next refresh is valid', async () => {
    const server = await aServer()
    const client = aClient(server)
    const amy = await server.aUser()
    const { access, refresh } = await client.signIn(amy)
    await server.composed.parts.people.users.setRoles(amy.id, ['auditor'], 'system')
    const answer = await client.verify(access)
    expect(answer.status).to.equal(401)
    expect(answer.body.reason).to.equal('token_stale')
    expect((await client.verify(refresh)).status).to.equal(200)
    expect((await client.verify((await client.refresh(refresh)).body.access)).status).to.equal(200)
  })

  it('answers 200 and {} for a valid access or refresh token, also with white space around it', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { access, refresh } = await client.signIn(await server.aUser())
    const before = await snapshotOf(server)
    for (const token of [access, refresh, ` ${access}\n`]) {
      const answer = await client.verify(token)
      expect(answer.status).to.equal(200)
      expect(answer.body).to.deep.equal({})
    }
    expect(await snapshotOf(server)).to.equal(before)
  })
})
