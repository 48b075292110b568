// The SQLite file is removed from under a running server: whatever the server commits from then on would be lost at the
// restart.
import { copyFileSync, renameSync, rmSync } from 'node:fs'
import { expect } from 'chai'
import { aClient } from '../support/client.js'
import { sqlite } from '../support/engines.js'
import { waitFor } from '../support/mariadb.js'
import { aServerProcess } from '../support/processes.js'
import { password } from '../support/server.js'

async function aServerOnAFile() {
  const settings = await sqlite.fresh()
  if (settings.engine !== 'sqlite') throw new Error('this is about SQLite')
  const server = await aServerProcess(settings)
  const client = aClient(server)
  return { file: settings.path, server, client, pair: await client.signIn({ username: 'admin', password }) }
}

const losses: Record<string, (file: string) => void> = {
  deleted: file => rmSync(file),
  'moved away': file => renameSync(file, `${file}.away`),
  'replaced by a copy of itself': file => {
    copyFileSync(file, `${file}.copy`)
    renameSync(`${file}.copy`, file)
  },
  'without its write-ahead log': file => rmSync(`${file}-wal`),
}

describe('a SQLite file', () => {
  for (const [how, lose] of Object.entries(losses))
    it(`${how} under a running server: writes and /readyz answer 503 at once, with a log line`, async () => {
      const { file, server, client, pair } = await aServerOnAFile()
      lose(file)
      for (const answer of [
        await client.refresh(pair.refresh),
        await client.post('/api/token/', { username: 'admin', password }),
      ])
        expect([answer.status, answer.body.code]).to.deep.equal([503, 'database_unavailable'])
      expect((await client.get('/readyz')).status).to.equal(503)
      expect((await client.get('/healthz')).status).to.equal(200)
      expect(server.complaints.join('')).to.match(
        /the database accepts no writes: the file of the database was deleted, moved or replaced/,
      )
    }).timeout(40_000)

  it('moved away and back: /readyz and refreshes answer 200 again without a restart', async () => {
    const { file, client, pair } = await aServerOnAFile()
    renameSync(file, `${file}.away`)
    expect((await client.refresh(pair.refresh)).status).to.equal(503)
    renameSync(`${file}.away`, file)
    await waitFor(async () => expect((await client.get('/readyz')).status).to.equal(200))
    expect((await client.refresh(pair.refresh)).status).to.equal(200)
  }).timeout(40_000)
})
