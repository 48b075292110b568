// API keys by the front door: who may make them, what they may do, and how they end.
import { expect } from 'chai'
import { aClient, type Client } from '../support/client.js'
import { type Engine, onEachEngine } from '../support/engines.js'
import { aServer, password } from '../support/server.js'

const admin = { username: 'admin', password }

/** Requests that come with a key. */
function byKey(client: Client, text: string) {
  const headers = { Authorization: `Token ${text}` }
  const send = (method: string, path: string, json?: unknown) =>
    client.send(method, path, { headers, ...(json !== undefined && { json }) })
  return {
    send,
    get: (path: string) => send('GET', path),
    post: (path: string, json: unknown) => send('POST', path, json),
  }
}

async function aWorld(engine: Engine) {
  const server = await aServer({ engine })
  const client = aClient(server)
  const token = (await client.signIn(admin)).access
  return { server, client, token }
}

onEachEngine('an API key', engine => {
  it('is made in person, shown once, and acts for its user', async () => {
    const { server, client, token } = await aWorld(engine)
    const made = await client.post('/api/me/keys/', { name: 'Nightly', scopes: ['darvoza:account'] }, token)
    expect(made.status, made.text).to.equal(201)
    expect(made.body.key).to.match(/^dvz_key_[A-Za-z0-9_-]{43}$/)
    expect(made.body).to.include({ name: 'Nightly', hint: made.body.key.slice(-4), state: 'active', user_id: 1 })
    const { get, post } = byKey(client, made.body.key)
    const me = await get('/api/me/')
    expect([me.status, me.body.username]).to.deep.equal([200, 'admin'])
    expect((await get('/api/me/keys/')).text).to.not.include(made.body.key)
    expect((await get('/api/admin/users')).body).to.include({ code: 'api_key_scope' })
    expect((await post('/api/me/keys/', { name: 'Another', scopes: ['darvoza:account'] })).body).to.include({
      code: 'not_by_api_key',
    })
    expect((await client.delete(`/api/me/keys/${made.body.id}/`, token)).status).to.equal(204)
    const ended = await get('/api/me/')
    expect([ended.status, ended.body]).to.deep.equal([401, { detail: 'Invalid token.', reason: 'api_key_ended' }])
    expect(ended.headers.get('www-authenticate')).to.match(/^Token realm="api"/)
    expect(server.logged.join()).to.not.include(made.body.key)
  })
})
