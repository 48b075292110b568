// Sign-out on simplejwt’s wire: a refresh token at /api/token/blacklist/ ends its session.
import { expect } from 'chai'
import { aClient } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aForge, changed } from '../support/forge.js'
import { aServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'

const path = '/api/token/blacklist/'

describe('POST /api/token/blacklist/', () => {
  it('answers 401 with a precise reason for an invalid token, and ends no session', async () => {
    const server = await aServer()
    const client = aClient(server)
    const forge = aForge(server)
    const ben = await server.aUser()
    const { access, refresh, device_token } = await client.signIn(await server.aUser())
    const before = await snapshotOf(server)
    const cases: [token: string, detail: string, reason: string][] = [
      ['nonsense', 'Token is invalid', 'token_malformed'],
      [access, 'Token has wrong type', 'token_type'],
      [device_token, 'Token has wrong type', 'token_type'],
      [forge.refresh(changed(refresh, { client_id: 'shop' })), 'Token is invalid', 'token_claims'],
      [forge.refresh(changed(refresh, { sub: String(ben.id) })), 'Token is blacklisted', 'session_ended'],
      [forge.refresh(changed(refresh, { sid: 'nothing' })), 'Token is blacklisted', 'session_ended'],
    ]
    for (const [token, detail, reason] of cases) {
      const answer = await client.post(path, { refresh: token })
      expect(answer.status, reason).to.equal(401)
      expect(answer.body).to.deep.equal({ detail, code: 'token_not_valid', reason })
      expect(answer.headers.get('www-authenticate')).to.equal('Bearer realm="api"')
    }
    expect(await snapshotOf(server)).to.equal(before)
    expect((await client.refresh(refresh)).status).to.equal(200)
  })

  it('answers 401 token_expired for an expired refresh token', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { refresh } = await client.signIn(await server.aUser())
    server.clock.advance('1d')
    const answer = await client.post(path, { refresh })
    expect(answer.status).to.equal(401)
    expect(answer.body).to.deep.equal({ detail: 'Token is expired', code: 'token_not_valid', reason: 'token_expired' })
  })
})

onEachEngine('sign-out by POST /api/token/blacklist/', engine => {
  it('answers 200 {} and ends both tokens of the session at once, but no other session', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const amy = await server.aUser()
    const elsewhere = await client.signIn(amy)
    const { access, refresh } = await client.signIn(amy)
    const answer = await client.post(path, { refresh })
    expect(answer.status).to.equal(200)
    expect(answer.body).to.deep.equal({})
    const over = { detail: 'Token is blacklisted', code: 'token_not_valid', reason: 'session_ended' }
    const again = await client.post(path, { refresh })
    expect([again.status, again.body]).to.deep.equal([401, over])
    expect((await client.refresh(refresh)).body).to.deep.equal(over)
    expect((await client.get('/api/me/', access)).status).to.equal(401)
    expect((await client.get('/api/me/', elsewhere.access)).status).to.equal(200)
    expect((await client.refresh(elsewhere.refresh)).status).to.equal(200)
  })

  it('accepts a rotated refresh token, and ends the session of its successor', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const first = await client.signIn(await server.aUser())
    const second = (await client.refresh(first.refresh)).body
    server.clock.advance('1h')
    expect((await client.post(path, { refresh: first.refresh })).status).to.equal(200)
    expect((await client.refresh(second.refresh)).status).to.equal(401)
  })

  it('at the same time as a refresh leaves no usable successor', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const { refresh } = await client.signIn(await server.aUser())
    const [signedOut, refreshed] = await Promise.all([client.post(path, { refresh }), client.refresh(refresh)])
    expect(signedOut.status).to.equal(200)
    if (refreshed.status === 200) {
      expect((await client.refresh(refreshed.body.refresh)).status).to.equal(401)
      expect((await client.get('/api/me/', refreshed.body.access)).status).to.equal(401)
    }
  })

  it('sent eight times at once succeeds once', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const { refresh } = await client.signIn(await server.aUser())
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.post(path, { refresh })))
    expect(answers.filter(answer => answer.status === 200)).to.have.length(1)
    expect(answers.filter(answer => answer.status === 401)).to.have.length(7)
  })
})
