// `darvoza legacy …`: importing the token list and the blacklist of the legacy service, beside a running server.
import { expect } from 'chai'
import { aClient } from '../support/client.js'
import { aCommandLine, expectRefused, patience, type TestCommandLine } from '../support/command-line.js'
import { aLegacyToken, aServerAfterDjango, cutOverAt, legacySecret } from '../support/legacy-tokens.js'
import type { TestServer } from '../support/server.js'

const outstanding = (pk: number, jti: string, user: unknown = 1, expires = '2096-01-05T09:00:00Z') => ({
  model: 'token_blacklist.outstandingtoken',
  pk,
  fields: { user, jti, token: `header.claims.${pk}`, created_at: '2026-01-04T09:00:00Z', expires_at: expires },
})
const blacklisted = (pk: number, token: unknown) => ({
  model: 'token_blacklist.blacklistedtoken',
  pk,
  fields: { token, blacklisted_at: '2026-01-04T10:00:00Z' },
})

/** A server that accepts tokens of a legacy service, and the command line beside it. */
async function besideAServerAfterDjango(): Promise<{ server: TestServer; darvoza: TestCommandLine }> {
  const server = await aServerAfterDjango()
  const { database, secretKey } = server.settings
  if (database.engine !== 'sqlite') throw new Error('the command line shares the file')
  const darvoza = aCommandLine({
    DATABASE_URL: `sqlite:${database.path}`,
    SECRET_KEY: secretKey!.toString('base64'),
    LEGACY_JWT_SECRET: legacySecret,
    LEGACY_JWT_CUT_OVER: new Date(cutOverAt).toISOString(),
    // Commands use the real clock.
    LEGACY_JWT_ACCEPT_FOR: '3650d',
  })
  return { server, darvoza }
}

const rowsOf = (server: TestServer) =>
  server.composed.parts.storage.database.read('SELECT * FROM legacy_token ORDER BY hash')

describe('darvoza legacy on the command line', function () {
  this.timeout(patience)

  it('refuses a file that is no dump of token_blacklist, and imports nothing', async () => {
    const { server, darvoza } = await besideAServerAfterDjango()
    const users = JSON.stringify([{ model: 'auth.user', pk: 1, fields: { username: 'amy' } }])
    await expectRefused(darvoza, [
      [['legacy', 'import-blacklist', 'nowhere.json'], 2, /cannot be read: ENOENT/],
      [
        ['legacy', 'import-blacklist', darvoza.file('text', 'hello')],
        2,
        /neither a JSON array of objects nor JSON Lines/,
      ],
      [['legacy', 'import-blacklist'], 2, /missing/],
    ])
    const ran = await darvoza.run(['legacy', 'import-blacklist', darvoza.file('users.json', users)])
    expect([ran.code, ran.stderr]).to.deep.equal([
      1,
      '1 rows of other models were passed over\ndarvoza: there is no row of token_blacklist in it: manage.py dumpdata token_blacklist writes them\n',
    ])
    expect(await rowsOf(server)).to.deep.equal([])
  })

  it('imports a dump, reports bad rows with their place, and imports nothing the second time', async () => {
    const { server, darvoza } = await besideAServerAfterDjango()
    const [amy, ben] = [await server.aUser(), await server.aUser()]
    const client = aClient(server)
    const dump = [
      // Rows may come in any order.
      blacklisted(1, 2),
      outstanding(1, 'good', amy.id),
      outstanding(2, 'spent', amy.id),
      outstanding(3, 'forgotten user', null),
      outstanding(4, 'a UUID', 'b1c5e2f0-0000-4000-8000-000000000000'),
      outstanding(5, 'over', amy.id, '2020-01-05T09:00:00.123456+05:00'),
      outstanding(6, 'without a zone', ben.id, '2096-01-05T09:00:00'),
      blacklisted(2, 5),
      { model: 'token_blacklist.outstandingtoken', pk: 7, fields: { user: 1, expires_at: '2096-01-05T09:00:00Z' } },
      { model: 'token_blacklist.outstandingtoken', pk: 8, fields: { jti: 'x', expires_at: 'soon' } },
      { model: 'token_blacklist.blacklistedtoken', pk: 3, fields: {} },
      blacklisted(4, 77),
      { pk: 9 },
      { model: 'auth.user', pk: 1, fields: {} },
    ]
    const file = darvoza.file('dump.json', JSON.stringify(dump))
    const ran = await darvoza.run(['legacy', 'import-blacklist', file, '--json'])
    expect(ran.code).to.equal(1)
    expect(JSON.parse(ran.stdout)).to.deep.equal({
      ...{ outstanding: 6, listed: 5, on_blacklist: 2, blacklisted: 1, sessions_ended: 0, over: 1, complete: true },
      refused: [
        { at: 'row 9', problem: 'jti is no text of 1 to 255 characters' },
        { at: 'row 10', problem: 'expires_at is no time' },
        { at: 'row 11', problem: 'token does not name an outstanding token' },
        { at: 'row 13', problem: 'this is no row of dumpdata: it has no model' },
        { at: 'row 12', problem: 'it blacklists the outstanding token 77, which is not in the file' },
      ],
    })
    const taken = await rowsOf(server)
    expect(taken).to.have.length(5)
    expect(JSON.stringify(taken)).to.not.contain('forgotten user')

    const refused = await client.refresh(aLegacyToken(amy.id, { jti: 'spent' }))
    expect(refused.body).to.deep.equal({
      detail: 'Token is blacklisted',
      code: 'token_not_valid',
      reason: 'token_revoked',
    })
    expect((await client.refresh(aLegacyToken(amy.id, { jti: 'good' }))).status).to.equal(200)
    // Listed for another user: this is not the listed token.
    expect((await client.refresh(aLegacyToken(amy.id, { jti: 'without a zone' }))).body.reason).to.equal('token_claims')

    const lines = dump.slice(0, 8).map(row => JSON.stringify(row))
    const before = await rowsOf(server)
    const again = await darvoza.json(['legacy', 'import-blacklist', darvoza.file('dump.jsonl', lines.join('\n'))])
    expect(again).to.deep.include({ outstanding: 6, listed: 0, on_blacklist: 2, blacklisted: 0, refused: [] })
    expect(await rowsOf(server)).to.deep.equal(before)
    expect(await darvoza.json(['audit', 'list', '--action', 'legacy_tokens_imported'])).to.have.length(1)
  })

  it('ends the session of a blacklisted token that was exchanged before the import', async () => {
    const { server, darvoza } = await besideAServerAfterDjango()
    const amy = await server.aUser()
    const client = aClient(server)
    const { refresh } = (await client.refresh(aLegacyToken(amy.id, { jti: 'stolen' }))).body
    const other = (await client.refresh(aLegacyToken(amy.id, { jti: 'own' }))).body
    const dump = [outstanding(1, 'stolen', amy.id), outstanding(2, 'own', amy.id), blacklisted(1, 1)]
    const args = ['legacy', 'import-blacklist', darvoza.file('late.json', JSON.stringify(dump))]
    expect(await darvoza.done(args)).to.equal(
      '2 outstanding tokens (0 new, 0 over already), 1 on the blacklist (0 new); 1 sessions of blacklisted ones were ended\n',
    )
    expect((await client.refresh(refresh)).body.reason).to.equal('session_ended')
    expect((await client.refresh(other.refresh)).status).to.equal(200)
    expect(await darvoza.json(args)).to.include({ sessions_ended: 0 })
  })

  it('status reports exchanged, outstanding and refused tokens, and when the exchange closes', async () => {
    const { server, darvoza } = await besideAServerAfterDjango()
    const amy = await server.aUser()
    const client = aClient(server)
    const dump = ['a', 'b', 'c', 'd'].map((jti, at) => outstanding(at + 1, jti, amy.id))
    await darvoza.done(['legacy', 'import-blacklist', '-'], JSON.stringify([...dump, blacklisted(1, 4)]))
    const token = aLegacyToken(amy.id, { jti: 'a' })
    await client.refresh(token)
    await client.refresh(token)
    await client.refresh(aLegacyToken(amy.id, { jti: 'd' }))
    await client.refresh(aLegacyToken(amy.id, {}, { secret: 'of nobody' }))
    await server.composed.jobs.runAll()
    expect(await darvoza.json(['legacy', 'status'])).to.deep.equal({
      ...{ configured: true, open: true, algorithm: 'HS256' },
      ...{ cut_over: '2026-01-05T08:00:00.000Z', closes_at: '2036-01-03T08:00:00.000Z' },
      ...{ to_come: 2, exchanged: 1, came_again: 1 },
      refused: { token_revoked: 1, token_signature: 1 },
      days: [{ day: '2026-01-05', exchanged: 1, refused: 2 }],
    })
    const told = await darvoza.done(['legacy', 'status'])
    expect(told)
      .to.match(/^exchange {4}/m)
      .and.match(/^to_come +2$/m)
      .and.match(/1 token_revoked, 1 token_signature/)
  })
})
