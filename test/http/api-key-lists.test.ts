// API keys for administrators and operators: lists, last use, deletion after retention, and the command line.
import { expect } from 'chai'
import { aKeyOf, byKey } from '../support/api-keys.js'
import { aClient } from '../support/client.js'
import { besideAServer, expectOneLine, patience } from '../support/command-line.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, password } from '../support/server.js'
import { countOf } from '../support/statements.js'

const admin = { username: 'admin', password }
type Listed = { id: string; username: string; state: string }

onEachEngine('API keys of all users', engine => {
  it('are listed by user, state and name, in pages and as CSV, and ended by permitted users', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const token = (await client.signIn(admin)).access
    const [amy, ben] = [await server.aUser({ username: 'amy' }), await server.aUser({ username: 'ben' })]
    const scopes = ['darvoza:account']
    const made: string[] = []
    for (let index = 0; index < 7; index++) {
      const expiresIn = index % 3 === 0 ? 60_000 : undefined
      const whose = index % 2 ? amy : ben
      made.unshift((await aKeyOf(server, whose.id, { name: `Ключ ${index}`, scopes, expiresIn })).key.id)
      server.clock.advance('1s')
    }
    await server.composed.parts.apiKeys.apiKeys.end(made[1]!, null, 'system')
    server.clock.advance('1m')
    const list = async (query: string) => {
      const rows: Listed[] = []
      for (let after = ''; ; ) {
        const answer = await client.get(`/api/admin/api-keys?limit=2&count=true${query}${after}`, token)
        expect(answer.status, answer.text).to.equal(200)
        expect(answer.text).to.not.include('hash')
        rows.push(...answer.body.results)
        if (answer.body.next === null) {
          expect(rows, query).to.have.length(answer.body.count)
          return rows.map(({ id }) => id)
        }
        after = `&after=${encodeURIComponent(answer.body.next)}`
      }
    }
    expect(await list('')).to.deep.equal(made)
    expect(await list(`&user=${amy.id}`)).to.deep.equal([made[1], made[3], made[5]])
    expect(await list('&state=ended')).to.deep.equal([made[1]])
    expect(await list('&state=expired')).to.deep.equal([made[0], made[3], made[6]])
    expect(await list('&state=active')).to.deep.equal([made[2], made[4], made[5]])
    expect(await list(`&state=active&user=${ben.id}`)).to.deep.equal([made[2], made[4]])
    expect(await list(`&text=${encodeURIComponent('Ключ 4')}`)).to.deep.equal([made[2]])
    expect((await client.get('/api/admin/api-keys?state=lost', token)).status).to.equal(400)
    expect((await client.get('/api/admin/api-keys?after=x', token)).status).to.equal(400)
    const csv = await client.get('/api/admin/api-keys?format=csv', token)
    expect(csv.text.trim().split('\n')).to.have.length(8)

    const ofAmy = (await client.get(`/api/admin/users/${amy.id}/keys`, token)).body.results as Listed[]
    expect(ofAmy.map(({ state }) => state)).to.deep.equal(['expired', 'active', 'ended'])
    const support = (await client.signIn(await server.aUser({ roles: ['support'] }))).access
    const { key: ofAdmin } = await aKeyOf(server, 1, { scopes })
    expect((await client.delete(`/api/admin/api-keys/${ofAdmin.id}`, support)).status).to.equal(403)
    expect((await client.delete(`/api/admin/api-keys/${made[2]}`, support)).status).to.equal(204)
    expect((await client.delete(`/api/admin/api-keys/${made[2]}`, support)).status).to.equal(404)
    // The routes under /api/me reach only the keys of the caller.
    expect((await client.delete(`/api/me/keys/${made[4]}`, support)).status).to.equal(404)
    server.clock.advance('6m')
    const late = await client.delete(`/api/admin/api-keys/${made[4]}`, token)
    expect(late.body).to.include({ code: 'insufficient_user_authentication' })
  })

  it('record day and address of their last use outside the request, with one write a day', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const { key, text } = await aKeyOf(server, 1, { scopes: ['darvoza:account'] })
    const { get } = byKey(client, text)
    const { flush } = server.composed.parts.tokens.apiKeyUses
    const at = server.clock.now()
    const first = await countOf(server, async () => {
      for (let count = 0; count < 5; count++) await get('/api/me/')
      await get('/api/admin/users')
    })
    expect(first.writes).to.equal(0)
    expect((await countOf(server, flush)).writes).to.equal(1)
    const stored = () => server.composed.parts.apiKeys.apiKeys.require(key.id)
    expect(await stored()).to.include({ lastUsedAt: at, lastUsedAddress: '127.0.0.1' })
    server.clock.advance('1m')
    await get('/api/me/')
    expect((await countOf(server, flush)).writes).to.equal(0)
    server.clock.advance('1d')
    await byKey(client, `${text}A`).get('/api/me/')
    await get('/api/me/')
    expect((await countOf(server, flush)).writes).to.equal(1)
    expect((await stored()).lastUsedAt).to.equal(at + 86_460_000)
  })

  it('keep uses that could not be written for the next flush', async () => {
    const server = await aServer({ engine })
    const { key, text } = await aKeyOf(server, 1, { scopes: ['darvoza:account'] })
    const { apiKeyStore } = server.composed.parts.storage
    const { flush } = server.composed.parts.tokens.apiKeyUses
    await byKey(aClient(server), text).get('/api/me/')
    const { used } = apiKeyStore
    apiKeyStore.used = () => Promise.reject(new Error('the database is down'))
    try {
      const failure = await flush().catch((error: Error) => error)
      expect(failure).to.be.an('error').with.property('message', 'the database is down')
    } finally {
      apiKeyStore.used = used
    }
    expect((await countOf(server, flush)).writes).to.equal(1)
    const stored = await server.composed.parts.apiKeys.apiKeys.require(key.id)
    expect(stored).to.include({ lastUsedAt: server.clock.now(), lastUsedAddress: '127.0.0.1' })
    expect((await countOf(server, flush)).writes).to.equal(0)
  })

  it('are deleted once the retention since their end or expiry has passed; live keys stay', async () => {
    const server = await aServer({ engine, policy: { ended_session_retention: 86_400 } })
    const { apiKeys } = server.composed.parts.apiKeys
    const { housekeeping } = server.composed.parts.maintenance
    const scopes = ['darvoza:account']
    const [ended, expired, lives] = [
      await aKeyOf(server, 1, { scopes }),
      await aKeyOf(server, 1, { scopes, expiresIn: 1_000 }),
      await aKeyOf(server, 1, { scopes }),
    ]
    await apiKeys.end(ended.key.id, 1, 'system')
    server.clock.advance('1d')
    await housekeeping.forgetApiKeys()
    expect(await apiKeys.listOf(1)).to.have.length(3)
    server.clock.advance('2s')
    await housekeeping.forgetApiKeys()
    expect((await apiKeys.listOf(1)).map(({ id }) => id)).to.deep.equal([lives.key.id])
    expect((await byKey(aClient(server), expired.text).get('/api/me/')).body.reason).to.equal('api_key_unknown')
  })
})

describe('API keys on the command line', function () {
  this.timeout(patience)

  it('are created, listed and ended beside a running server; the key text is shown once', async () => {
    const { server, darvoza } = await besideAServer()
    await server.aUser({ username: 'amy', permissions: ['orders:read'] })
    const create = ['api-key', 'create', 'Nightly', '--user']
    const refused: [string[], number, RegExp][] = [
      [['api-key', 'create', 'Nightly'], 2, /--user/],
      [[...create, 'nobody', '--scope', 'orders:read'], 1, /There is no user nobody/],
      [[...create, 'amy', '--scope', 'orders:write'], 2, /scopes: The user does not have "orders:write"/],
      [[...create, 'amy', '--scope', 'orders:read', '--expires-in', 'soon'], 2, /is no duration/],
      [[...create, 'amy', '--scope', 'orders:read', '--resource', 'https://a.example'], 2, /No resource server/],
      [['api-key', 'end', 'a0000000'], 1, /There is no API key a0000000/],
      [['api-key', 'list', '--state', 'lost'], 2, /--state/],
    ]
    for (const [args, code, said] of refused) {
      const ran = await darvoza.run(args)
      expect(ran.code, ran.stderr).to.equal(code)
      expectOneLine(ran, said)
    }
    const made = await darvoza.json([
      ...create,
      'amy',
      '--scope',
      'orders:read',
      'darvoza:account',
      '--expires-in',
      '90d',
    ])
    expect(made).to.include({ username: 'amy', state: 'active', elevated: false })
    expect(made.scopes).to.deep.equal(['darvoza:account', 'orders:read'])
    const { get } = byKey(aClient(server), made.key)
    expect((await get('/api/me/')).status).to.equal(200)
    const inWords = await darvoza.done([...create, 'admin', '--scope', 'darvoza:users:read', '--elevated'])
    expect(inWords).to.match(/^made the API key \S{36} of admin; its text, shown once: dvz_key_\S{43}\n$/)
    expect(await darvoza.done(['api-key', 'list']))
      .to.include('Nightly')
      .and.not.include('dvz_key_')
    const [listed] = await darvoza.json(['api-key', 'list', '--user', 'amy', '--state', 'active'])
    expect(listed).to.include({ id: made.id, hint: made.key.slice(-4), username: 'amy' })
    expect(await darvoza.done(['api-key', 'end', made.id])).to.equal(`ended API key ${made.id}\n`)
    expect((await get('/api/me/')).body.reason).to.equal('api_key_ended')
  })
})
