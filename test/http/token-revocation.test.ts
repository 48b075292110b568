// Token revocation by applications (RFC 7009).
import { expect } from 'chai'
import { quotas } from '../../server/identity/quota.js'
import { refuse } from '../../server/protocol/errors.js'
import type { NewApplication } from '../../server/storage/applications.js'
import { aConfidentialApplication, anApplication, aSessionOf, basic, inForm } from '../support/applications.js'
import { type Answer, aClient, claimsOf } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, settle, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'

const origin = { address: '192.0.2.1', userAgent: 'test', requestId: 'test' }

onEachEngine('token revocation (/oauth/revoke)', engine => {
  let server: TestServer
  let amy: { id: number; username: string; password: string }
  const secrets: Record<string, string> = {}
  beforeEach(async () => {
    server = await aServer({ engine })
    amy = await server.aUser()
    const all: Record<string, Partial<NewApplication>> = {
      shop: { metadata: { scope: 'openid' } },
      robot: { kind: 'machine', metadata: { grant_types: ['client_credentials'] } },
    }
    for (const [id, changes] of Object.entries(all)) secrets[id] = await aConfidentialApplication(server, id, changes)
    await anApplication(server, 'app', { kind: 'native' })
    await settle(server.composed)
  })

  const send = (id: string, body: string, headers: Record<string, string> = basic(id, secrets[id] ?? '')) =>
    aClient(server).send('POST', '/oauth/revoke', { body, headers: { ...inForm, ...headers } })
  const giveBack = (id: string, token: string) => send(id, `token=${encodeURIComponent(token)}`)
  const fromApp = (token: string) => send('', `token=${token}&client_id=app`, {})

  async function aPair(applicationId = 'shop') {
    const { refresh, session } = await aSessionOf(server, amy, applicationId, { scope: 'openid' })
    const pair = await server.composed.parts.tokens.rotate.rotate(refresh, applicationId, origin)
    return { access: pair.access.token, refresh: pair.refresh!, spent: refresh, sid: session.id }
  }

  async function whyNot(token: string): Promise<string | null> {
    try {
      const { kind, claims } = await server.composed.parts.tokens.inspect.issued(token)
      if (kind === 'refresh') await server.composed.parts.tokens.rotate.check(claims)
      return null
    } catch (error) {
      return (error as { code: string }).code
    }
  }

  function expectEmpty({ status, text, headers }: Answer, what = ''): void {
    expect([status, text, headers.get('content-type'), headers.get('content-length')], what).to.deep.equal([
      200,
      '',
      null,
      '0',
    ])
    expect(headers.get('cache-control'), what).to.equal('no-store')
  }

  it('refuses unauthenticated clients with 401 invalid_client, and the tokens stay valid', async () => {
    const { access, refresh } = await aPair()
    for (const token of [access, refresh]) {
      for (const [headers, more] of [
        [{}, ''],
        [{}, '&client_id=shop'],
        [basic('shop', 'wrong'), ''],
        [basic('app', ''), ''],
      ] as const) {
        const { status, body } = await send('', `token=${token}${more}`, headers)
        expect([status, body.error], JSON.stringify(headers)).to.deep.equal([401, 'invalid_client'])
      }
      expect(await whyNot(token)).to.equal(null)
    }
  })

  it("refuses another application's token with invalid_grant, and the token stays valid", async () => {
    const { access, refresh } = await aPair()
    for (const token of [access, refresh]) {
      for (const { status, body } of [await giveBack('robot', token), await fromApp(token)])
        expect([status, body.error]).to.deep.equal([400, 'invalid_grant'])
      expect(await whyNot(token)).to.equal(null)
    }
  })

  it('answers 200 to invalid and ended tokens, 400 to malformed requests, and changes nothing', async () => {
    const { access, refresh, spent, sid } = await aPair()
    await server.composed.parts.devices.sessions.end(sid, null, 'system')
    await giveBack('shop', 'x')
    const before = await snapshotOf(server)
    const odd = ['x', 'a.b.c', '\u0000', '\u202e', 'ü'.repeat(5_000), `${access}x`, access, refresh, spent]
    for (const token of odd)
      for (const hint of ['', '&token_type_hint=refresh_token', '&token_type_hint=%00%F0%9F%92%A9'])
        expectEmpty(await send('shop', `token=${encodeURIComponent(token)}${hint}`), token.slice(0, 40) + hint)
    for (const body of ['', 'token=', 'token[]=x', `token=${access}&token=${access}`, 'token_type_hint=access_token']) {
      const { status, body: told } = await send('shop', body)
      expect([status, told.error], body.slice(0, 40)).to.deep.equal([400, 'invalid_request'])
    }
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('ends the session of a refresh token and its access tokens, whatever token_type_hint says', async () => {
    for (const hint of ['', '&token_type_hint=access_token', '&token_type_hint=refresh_token']) {
      const { access, refresh, sid } = await aPair()
      const other = await aPair()
      expectEmpty(await send('shop', `token=${refresh}${hint}`))
      expect([await whyNot(access), await whyNot(refresh)]).to.deep.equal(['session_ended', 'session_ended'])
      expect(await whyNot(other.refresh)).to.equal(null)
      const { sessionStore, database } = server.composed.parts.storage
      expect((await sessionStore.find(database, sid))!.endedReason).to.equal('sign_out')
    }
  })

  it('ends the session for a spent refresh token, too', async () => {
    const { access, refresh, spent } = await aPair()
    expectEmpty(await giveBack('shop', spent))
    expect([await whyNot(access), await whyNot(refresh)]).to.deep.equal(['session_ended', 'session_ended'])
  })

  it('revokes a single access token without ending its session', async () => {
    const { access, refresh } = await aPair()
    expectEmpty(await giveBack('shop', access))
    expect([await whyNot(access), await whyNot(refresh)]).to.deep.equal(['token_revoked', null])
    const next = await server.composed.parts.tokens.rotate.rotate(refresh, 'shop', origin)
    expect(await whyNot(next.access.token)).to.equal(null)
    const { revocationStore, database } = server.composed.parts.storage
    const entry = await revocationStore.latestOf(database, 'token', claimsOf(access).jti)
    expect(entry).to.include({ reason: 'token_revoked', actor: 'application:shop' })
  })

  it('revokes a client_credentials token, and tokens sent by a public client', async () => {
    const { body } = await aClient(server).send('POST', '/oauth/token', {
      body: 'grant_type=client_credentials',
      headers: { ...inForm, ...basic('robot', secrets.robot!) },
    })
    expectEmpty(await giveBack('robot', body.access_token))
    expect(await whyNot(body.access_token)).to.equal('token_revoked')
    const { access, refresh } = await aPair('app')
    expectEmpty(await fromApp(access))
    expect([await whyNot(access), await whyNot(refresh)]).to.deep.equal(['token_revoked', null])
    expectEmpty(await fromApp(refresh))
    expect(await whyNot(refresh)).to.equal('session_ended')
  })

  it('answers 503 if the revocation cannot be written, and the tokens stay valid', async () => {
    const { access, refresh } = await aPair()
    const { database } = server.composed.parts.storage
    await giveBack('shop', 'x')
    const { transaction } = database
    Object.assign(database, { transaction: () => Promise.reject(refuse('database_unavailable', { retryAfter: 1 })) })
    for (const token of [access, refresh]) {
      const { status, body, headers } = await giveBack('shop', token)
      expect([status, body.error, headers.get('retry-after')]).to.deep.equal([503, 'temporarily_unavailable', '1'])
    }
    Object.assign(database, { transaction })
    expect([await whyNot(access), await whyNot(refresh)]).to.deep.equal([null, null])
    for (const token of [access, refresh]) expectEmpty(await giveBack('shop', token))
  })

  it('limits single access tokens a user may revoke by an application within an hour, with 429', async () => {
    const { storage, tokens, revocation } = server.composed.parts
    const { refresh, sid } = await aPair('app')
    const standing = (await storage.sessionStore.standings(storage.database, [sid])).get(sid)!
    const another = () =>
      tokens.issue.accessOf(standing, server.clock.now(), revocation.policy.of(standing.session)).token
    for (let given = 0; given < quotas.revocations.most; given += 20)
      for (const answer of await Promise.all(Array.from({ length: 20 }, () => fromApp(another())))) expectEmpty(answer)
    const last = another()
    const { status, body, headers } = await fromApp(last)
    expect([status, body.error]).to.deep.equal([429, 'temporarily_unavailable'])
    expect(Number(headers.get('retry-after'))).to.be.within(1, 3_600)
    expect(await whyNot(last)).to.equal(null)
    // The limit holds for one user at one application, and not for ending the session.
    expectEmpty(await giveBack('shop', (await aPair()).access))
    amy = await server.aUser()
    expectEmpty(await fromApp((await aPair('app')).access))
    expectEmpty(await fromApp(refresh))
    expect(await whyNot(last)).to.equal('session_ended')
    server.clock.advance('1h')
    amy = { ...amy, id: standing.user.id, username: standing.user.username }
    expectEmpty(await fromApp((await aPair('app')).access))
  })

  it('limits single revoked tokens of an application to what verifiers can hold, until some expire', async () => {
    const { revocationStore, database } = server.composed.parts.storage
    const entries = Array.from({ length: 10_000 }, (_, index) => ({
      ...({ seq: 1_000_000 + index, kind: 'token', subject: `t${index}`, effect: 'end', exceptSid: null } as const),
      ...{ reason: 'token_revoked', actor: 'application:shop', createdAt: 1 },
      expiresAt: server.clock.now() + (index < 10 ? 60_000 : 600_000),
    }))
    for (let from = 0; from < entries.length; from += 1_000)
      await revocationStore.insertAll(database, entries.slice(from, from + 1_000))
    const { access, refresh } = await aPair()
    const { status, body, headers } = await giveBack('shop', access)
    expect([status, body.error, headers.get('retry-after')]).to.deep.equal([429, 'temporarily_unavailable', '60'])
    expect(await whyNot(access)).to.equal(null)
    // The limit holds for one application, and not for sessions: a session is one entry, and there are no more entries
    // than sessions.
    const app = await aPair('app')
    expectEmpty(await fromApp(app.access))
    server.clock.advance('1m')
    expectEmpty(await giveBack('shop', access))
    expect(await whyNot(access)).to.equal('token_revoked')
    expectEmpty(await giveBack('shop', refresh))
  }).timeout(20_000)
})
