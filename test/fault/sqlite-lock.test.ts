// Another process, such as a backup, holds SQLite's write lock: writes wait or get 503, and reads are not affected.
import BetterSqlite3 from 'better-sqlite3'
import { expect } from 'chai'
import { aClient } from '../support/client.js'
import { sqlite } from '../support/engines.js'
import { waitFor } from '../support/mariadb.js'
import { aServerProcess } from '../support/processes.js'
import { password } from '../support/server.js'

async function aLockedServer() {
  const settings = await sqlite.fresh()
  if (settings.engine !== 'sqlite') throw new Error('this is about SQLite')
  const server = await aServerProcess(settings)
  const client = aClient(server)
  const pair = await client.signIn({ username: 'admin', password })
  const other = new BetterSqlite3(settings.path)
  other.exec('BEGIN IMMEDIATE')
  return { client, pair, other }
}

describe("SQLite's write lock held by another process", () => {
  it('a refresh waits for the lock, and reads are answered meanwhile', async () => {
    const { client, pair, other } = await aLockedServer()
    const answered: string[] = []
    const refresh = client.refresh(pair.refresh).then(answer => {
      answered.push(`refresh ${answer.status}`)
      return answer
    })
    for (let round = 0; round < 20; round++) {
      for (const path of ['/healthz', '/.well-known/jwks.json'])
        expect((await client.get(path)).status, path).to.equal(200)
      expect((await client.verify(pair.access)).status).to.equal(200)
      expect((await client.get('/api/me/sessions/', pair.access)).status, 'what only reads').to.equal(200)
    }
    answered.push('all others')
    other.exec('ROLLBACK')
    other.close()
    const { body } = await refresh
    expect(answered).to.deep.equal(['all others', 'refresh 200'])
    expect((await client.refresh(body.refresh)).status).to.equal(200)
  }).timeout(40_000)

  it('past the deadline refreshes and /readyz answer 503, and the session lives on', async () => {
    const { client, pair, other } = await aLockedServer()
    const late = await client.refresh(pair.refresh)
    expect([late.status, late.body.code]).to.deep.equal([503, 'database_unavailable'])
    expect(Number(late.headers.get('retry-after'))).to.be.greaterThan(0)
    await waitFor(async () => expect((await client.get('/readyz')).status).to.equal(503))
    expect((await client.verify(pair.access)).status).to.equal(200)
    other.exec('ROLLBACK')
    other.close()
    await waitFor(async () => expect((await client.get('/readyz')).status).to.equal(200))
    expect((await client.refresh(pair.refresh)).status).to.equal(200)
  }).timeout(40_000)
})
