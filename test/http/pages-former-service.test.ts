// The admin page of the former service: how many of its refresh tokens were exchanged, are pending, or were refused.
import { expect } from 'chai'
import { aClient } from '../support/client.js'
import { aLegacyToken, aServerAfterDjango, cutOverAt } from '../support/legacy-tokens.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { countOf } from '../support/statements.js'
import { aVisitor } from '../support/visitor.js'

const path = '/admin/former-service'
const link = `href="${path}"`

async function as(server: TestServer, role: string) {
  const visitor = aVisitor(server)
  if (role === 'admin') await visitor.signIn({ username: 'admin', password })
  else await visitor.signIn(await server.aUser({ roles: [role] }))
  return visitor
}

describe('the admin page of the former service', () => {
  it('is in the menu only where a former service is configured and the role may see policies', async () => {
    const [plain, after] = [await aServer(), await aServerAfterDjango()]
    expect((await (await as(plain, 'admin')).open('/admin/users')).text).to.not.contain(link)
    expect((await (await as(plain, 'admin')).open(path)).text).to.contain('No former service is set up')
    for (const role of ['admin', 'auditor']) {
      const visitor = await as(after, role)
      expect((await visitor.open('/admin/users')).text, role).to.contain(link)
      expect((await visitor.open(path)).status, role).to.equal(200)
    }
    const support = await as(after, 'support')
    expect((await support.open('/admin/users')).text).to.not.contain(link)
    expect((await support.send('GET', path)).status).to.equal(403)
    expect((await aVisitor(after).send('GET', path)).status).to.equal(303)
  })

  it('shows exchanged, pending and refused tokens and the closing time in three languages', async () => {
    const server = await aServerAfterDjango()
    const visitor = await as(server, 'admin')
    expect((await visitor.open(path)).text).to.contain('No client has come yet')
    const amy = await server.aUser()
    const client = aClient(server)
    const { legacyImport } = server.composed.parts.legacy
    const listed = ['a', 'b', 'c'].map(jti => ({ jti, userId: amy.id, expiresAt: cutOverAt + 86_400_000 }))
    await legacyImport.list(listed)
    await legacyImport.end([legacyImport.hashOf('c')], 'system')
    const token = aLegacyToken(amy.id, { jti: 'a' })
    await client.refresh(token)
    await client.refresh(token)
    await client.refresh(aLegacyToken(amy.id, { iat: cutOverAt / 1000 + 9 }))
    await server.composed.jobs.runAll()
    const { text } = await visitor.open(path)
    const tiles = [...text.matchAll(/class="tile[\s\S]*?class="value">([^<]*)</g)].map(([, value]) => value!.trim())
    expect(tiles).to.deep.equal(['1', '1', '1', '1'])
    expect(text).to.contain('2026-01-05').and.contain('legacy_token_after_cut_over').and.contain('HS256')
    expect(text).to.match(/It closes in 29 days[^<]* After that, users/)
    for (const language of ['en', 'uz', 'ru']) {
      const seen = await visitor.send('GET', path, { headers: { 'Accept-Language': language } })
      expect(seen.text, language).to.not.match(/formerService\.\w+/)
    }
    const asked = await countOf(server, async () => {
      expect((await visitor.send('GET', path)).status).to.equal(200)
    })
    // The browser session, the pending tokens, and the counters.
    expect(asked).to.deep.equal({ reads: 3, writes: 0 })
    server.clock.advance('31d')
    await visitor.signIn({ username: 'admin', password })
    expect((await visitor.open(path)).text).to.contain('The exchange is closed')
  })
})
