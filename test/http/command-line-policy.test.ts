import { expect } from 'chai'
import { aClient, claimsOf } from '../support/client.js'
import {
  aCommandLine,
  besideAServer,
  expectOneLine,
  expectRefused,
  operator,
  patience,
} from '../support/command-line.js'
import { settle } from '../support/server.js'

describe('darvoza policy', function () {
  this.timeout(patience)

  it('refuses invalid arguments and values on one line of stderr, and changes no policy', async () => {
    const darvoza = await aCommandLine().cheaply()
    await expectRefused(darvoza, [
      [['policy', 'preview'], 2, /missing required argument/],
      [['policy', 'preview', 'reuse_grace=61s'], 2, /reuse_grace: must lie between/],
      [['policy', 'preview', 'access_token_lifetime=1,5 soat'], 2, /whole numbers, such as 1 hour 30 minutes/],
      [['policy', 'preview', 'no_such=1'], 2, /there is no policy no_such/],
      [['policy', 'set', 'reuse_grace=5s', '--apply', 'soon'], 2, /soon.*now, refresh, new/],
      [['policy', 'set', 'password_cost=5', '--apply', 'new'], 2, /password_cost: is not a rule for sessions/],
      [['policy', 'undo', 'two'], 2, /not the number of a version/],
      [['policy', 'undo', '1'], 2, /first version/],
      [['policy', 'undo', '9'], 1, /no version 9/],
      [['policy', 'versions', '--limit', '0'], 2, /number from 1/],
    ])
    expect((await darvoza.json(['policy', 'show'])).version).to.equal(2)
  })

  it('previews, sets, lists and undoes policy versions, which a running server follows', async () => {
    const { server, darvoza } = await besideAServer()
    const client = aClient(server)
    const amy = await server.aUser({ username: 'amy' })
    const early = await client.signIn(amy)
    server.clock.advance('1s')
    await client.signIn(amy)
    const assignments = ['max_sessions_per_user=1', 'access_token_lifetime=15 минут']

    const preview = await darvoza.json(['policy', 'preview', ...assignments, '--apply', 'now'])
    expect(preview.ends.limit).to.deep.equal({ count: 1, more: false })
    expect(preview.sample).to.deep.equal([
      ...[
        {
          user_id: amy.id,
          id: claimsOf(early.access).sid,
          username: 'amy',
          device: 'test-client/1.0',
          reason: 'limit',
        },
      ],
    ])
    const inWords = await darvoza.done(['policy', 'preview', ...assignments])
    expect(inWords).to.match(/ends sessions +1 of 1 users/)
    expect(inWords).to.match(/access_token_lifetime 1h → 15m/)
    expect(inWords).to.match(/is one more than its user may have/)
    expect((await client.verify(early.refresh)).status, 'nothing has changed').to.equal(200)

    const said = await darvoza.done(['policy', 'set', ...assignments, '--apply', 'now', '--reason', 'a test'])
    expect(said).to.equal('max_sessions_per_user is 1, access_token_lifetime is 15m (version 3)\n')
    await settle(server.composed)
    expect((await client.verify(early.access)).body.reason).to.equal('token_stale')

    const [last, ...older] = await darvoza.json(['policy', 'versions'])
    expect(last).to.deep.include({
      version: 3,
      actor: operator,
      reason: 'a test',
      apply: 'now',
      undoes: null,
      settled_at: null,
      changes: [
        { name: 'max_sessions_per_user', before: 500, after: 1 },
        { name: 'access_token_lifetime', before: 3_600, after: 900 },
      ],
    })
    expect(older.map((one: { version: number }) => one.version)).to.deep.equal([2, 1])
    expect(await darvoza.done(['policy', 'versions'])).to.match(
      /^3 .* now +max_sessions_per_user=1, access_token_lifetime=15m +- +a test$/m,
    )

    expect(await darvoza.json(['policy', 'undo', '--reason', 'too tight'])).to.include({ version: 4, undoes: 3 })
    expect((await client.refresh(early.refresh)).status, 'taken back in time').to.equal(200)
    const ran = await darvoza.run(['policy', 'undo', '3'])
    expectOneLine(ran, /Nothing of version 3 is left/)
    expect(ran.code).to.equal(1)
  })
})
