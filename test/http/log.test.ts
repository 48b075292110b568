import { expect } from 'chai'
import { aClient } from '../support/client.js'
import { aForge, changed } from '../support/forge.js'
import { aServer, password } from '../support/server.js'
import { aVisitor } from '../support/visitor.js'

describe('the server log', () => {
  it('contains no password, token or query string, whether requests succeed or fail', async () => {
    const server = await aServer()
    const client = aClient(server)
    const amy = await server.aUser()
    const { access, refresh, device_token } = await client.signIn(amy)
    const forged = aForge(server).access(changed(access, { sub: 'wrong' }))
    await client.post('/api/token/', { username: amy.username, password: 'a wrong guess' })
    await client.send('POST', '/api/token/', {
      body: `{"password":"${password}"`,
      headers: { 'Content-Type': 'application/json' },
    })
    for (const token of [access, refresh, device_token, forged]) {
      await client.verify(token)
      await client.get(`/api/me/?token=${token}`, token)
      await client.refresh(token)
    }
    await client.post('/api/me/password/', { old_password: 'a wrong guess', new_password: 'a new horse' }, access)
    const log = server.logged.join('\n')
    expect(server.logged.length).to.be.above(10)
    for (const secret of [password, 'a wrong guess', 'a new horse', '?token=', access, refresh, device_token, forged])
      expect(log.includes(secret), secret.slice(0, 12)).to.equal(false)
    for (const token of [access, refresh, device_token, forged])
      expect(log.includes(token.slice(token.lastIndexOf('.'))), 'a signature').to.equal(false)
  })

  it('reports permission_denied with user and path, for pages and the API, but no expired token', async () => {
    const server = await aServer()
    const client = aClient(server)
    const amy = await server.aUser()
    const { access } = await client.signIn(amy)
    await client.post('/api/admin/roles/?secret=1', { name: 'mine', permissions: [] }, access)
    const visitor = aVisitor(server)
    await visitor.signIn(amy)
    await visitor.open('/admin/users')
    server.clock.advance('2h')
    await client.get('/api/me/', access)
    const told = server.logged
      .filter(line => line.startsWith('a request was refused'))
      .map(line => JSON.parse(line.slice(line.indexOf('{'))))
    const common = { code: 'permission_denied', user: amy.id, address: '127.0.0.1' }
    expect(told.map(({ requestId: _, ...line }) => line)).to.deep.equal([
      { ...common, application: 'darvoza', method: 'POST', path: '/api/admin/roles/' },
      { ...common, method: 'GET', path: '/admin/users' },
    ])
  })
})
