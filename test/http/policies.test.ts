// The policy over HTTP: who may read and change it, which values are refused, what answers and audit entries contain.
import { expect } from 'chai'
import { firstPolicy, policyNames } from '../../server/policy/policies.js'
import { type Answer, aClient, claimsOf } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, password } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'

const path = '/api/admin/policies'

onEachEngine('the policy API', engine => {
  async function aWorld() {
    const server = await aServer({ engine })
    const client = aClient(server)
    const admin = (await client.signIn({ username: 'admin', password })).access
    const get = async (rest = '') => insist(client.get(path + rest, admin))
    return {
      server,
      client,
      admin,
      get,
      change: (changes: unknown, more: object = {}) => client.patch(path, { changes, ...more }, admin),
      undo: (body: object = {}) => client.post(`${path}/undo`, body, admin),
      preview: (body: object) => client.post(`${path}/preview`, body, admin),
    }
  }

  it('refuses unknown policies and invalid values with 400, naming all of them, and changes nothing', async () => {
    const { server, change, preview } = await aWorld()
    const before = await snapshotOf(server)
    const wrong: [unknown, string[]][] = [
      [undefined, ['changes']],
      [null, ['changes']],
      [[], ['changes']],
      ['reuse_grace', ['changes']],
      [{}, ['non_field_errors']],
      [
        { no_such: 1, reuse_grace: '61s', access_token_lifetime: '1.5 hours', audience: 7 },
        ['access_token_lifetime', 'audience', 'no_such', 'reuse_grace'],
      ],
      [JSON.parse('{"__proto__":1,"constructor":{},"toString":"1h"}'), ['__proto__', 'constructor', 'toString']],
      [
        { rotate_refresh_tokens: 'true', max_sessions_per_user: '2', at_session_limit: 1 },
        ['at_session_limit', 'max_sessions_per_user', 'rotate_refresh_tokens'],
      ],
      [{ reuse_grace: [5] }, ['reuse_grace']],
      [{ reuse_grace: 1.5 }, ['reuse_grace']],
      [{ user_id_claim: 'exp' }, ['user_id_claim']],
      [{ refresh_token_lifetime: '31d' }, ['non_field_errors']],
    ]
    for (const [changes, fields] of wrong) {
      for (const answer of [await change(changes), await preview({ changes })]) {
        expect(answer.status, JSON.stringify(changes)).to.equal(400)
        expect(Object.keys(answer.body).sort()).to.deep.equal(fields)
      }
    }
    for (const more of [
      { apply: 'soon' },
      { apply: '__proto__' },
      { reason: 'x'.repeat(256) },
      { version: 'two' },
      { version: 0 },
      { version: 99 },
    ])
      expect(Object.keys((await insist(change({ reuse_grace: 5 }, more), 400)).body)).to.deep.equal(Object.keys(more))
    const forNew = await insist(change({ reuse_grace: 5, password_cost: 5 }, { apply: 'new' }), 400)
    expect(forNew.body).to.deep.equal({
      password_cost: ['is not a rule for sessions, so it cannot be for new ones only'],
    })
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('refuses a change by an auditor with 403, and with permission_denied inside its transaction', async () => {
    const { server, client, admin, get } = await aWorld()
    const {
      people: { users },
      policies: { policies },
    } = server.composed.parts
    const auditor = await server.aUser({ roles: ['auditor'] })
    const { access } = await client.signIn(auditor)
    await insist(client.get(path, access))
    await insist(client.get(`${path}/versions`, access))
    await insist(client.post(`${path}/preview`, { changes: { reuse_grace: 5 } }, access))
    await insist(client.patch(path, { changes: { reuse_grace: 5 } }, access), 403)
    await insist(client.post(`${path}/undo`, {}, access), 403)
    const late = {
      name: `user:${auditor.id}`,
      origin: { address: '', userAgent: '', requestId: '' },
      credential: null,
    } as const
    for (const work of [policies.set({ reuse_grace: 5 }, late, ''), policies.undo(null, late, '')])
      expect(
        await work.then(
          () => 'done',
          (error: { code: string }) => error.code,
        ),
      ).to.equal('permission_denied')
    expect((await get()).body.version).to.equal(2)

    // The sample of sessions in a preview is for readers who may see sessions.
    const reader = await server.aUser()
    await users.setPermissions(reader.id, ['darvoza:policies:read'], 'system')
    const asReader = await client.signIn(reader)
    const json = { changes: { max_sessions_per_user: 1 } }
    await client.signIn(reader)
    const seen = (await insist(client.post(`${path}/preview`, json, asReader.access))).body
    expect([seen.ends.limit.count, seen.sample]).to.deep.equal([1, null])
    expect((await insist(client.post(`${path}/preview`, json, admin))).body.sample).to.have.length(1)
  })

  it('shows each policy with its value, default, kind, bounds and meaning', async () => {
    const { get } = await aWorld()
    const { body } = await get()
    expect(body).to.include({ version: 2, actor: 'system', reason: 'test', apply: 'refresh', undoes: null })
    expect(body.policies.map((one: { name: string }) => one.name)).to.deep.equal(policyNames)
    const named = (name: string) => body.policies.find((one: { name: string }) => one.name === name)
    expect(named('access_token_lifetime')).to.deep.equal({
      name: 'access_token_lifetime',
      value: 3_600,
      default: 3_600,
      kind: 'duration',
      min: 10,
      max: 86_400,
      meaning: 'How long an access token is valid.',
      simplejwt: 'ACCESS_TOKEN_LIFETIME',
      may_be_for_new_sessions_only: true,
    })
    expect(named('audit_retention')).to.include({ value: 31_536_000, may_be_for_new_sessions_only: false })
    expect(named('password_cost')).to.include({ value: 4, default: 12 })
    expect(named('at_session_limit').choices).to.deep.equal(['end_oldest', 'refuse'])
  })

  it('accepts durations in seconds or in words, and lists actor, time, reason and values of each version', async () => {
    const { server, change, undo, admin } = await aWorld()
    const changed = await insist(
      change({ access_token_lifetime: '15 daqiqa', reuse_grace: 20 }, { apply: 'now', reason: 'an audit asked' }),
    )
    expect(changed.body).to.include({ version: 3, actor: 'user:1', reason: 'an audit asked', apply: 'now' })
    // In force at once, also for the actor's own access token.
    const client = aClient(server)
    expect((await client.get(path, admin)).body.reason).to.equal('token_stale')
    const again = await client.signIn({ username: 'admin', password })
    expect(claimsOf(again.access).exp - claimsOf(again.access).iat).to.equal(900)
    await insist(client.post(`${path}/undo`, { reason: 'too short' }, again.access))
    const { results, next } = (await insist(client.get(`${path}/versions?limit=2`, again.access))).body
    expect(results.map(({ since, ...one }: { since: string }) => one)).to.deep.equal([
      {
        version: 4,
        actor: 'user:1',
        reason: 'too short',
        apply: 'refresh',
        undoes: 3,
        settled_at: null,
        changes: [
          { name: 'access_token_lifetime', before: 900, after: 3_600 },
          { name: 'reuse_grace', before: 20, after: 10 },
        ],
      },
      {
        version: 3,
        actor: 'user:1',
        reason: 'an audit asked',
        apply: 'now',
        undoes: null,
        settled_at: null,
        changes: [
          { name: 'access_token_lifetime', before: 3_600, after: 900 },
          { name: 'reuse_grace', before: 10, after: 20 },
        ],
      },
    ])
    expect(next).to.equal(3)
    const rest = (await insist(client.get(`${path}/versions?limit=2&before=${next}`, again.access))).body
    expect(rest.results.map((one: { version: number }) => one.version)).to.deep.equal([2, 1])
    expect(rest.results[1].changes).to.deep.equal([])

    const { auditLog } = server.composed.parts.logs
    const told = (await auditLog.search({ before: 1e9, limit: 2, action: 'policy_changed' })).map(entry => [
      ...[entry.subject, entry.actor, JSON.parse(entry.beforeJson!), JSON.parse(entry.afterJson!)],
    ])
    const [old, short] = [
      { access_token_lifetime: 3_600, reuse_grace: 10 },
      { access_token_lifetime: 900, reuse_grace: 20 },
    ]
    expect(told).to.deep.equal([
      ['4', 'user:1', short, { ...old, apply: 'refresh', reason: 'too short', undoes: 3 }],
      ['3', 'user:1', old, { ...short, apply: 'now', reason: 'an audit asked' }],
    ])
    expect((await undo()).status, 'stale by now').to.equal(401)
  })

  it('undoes any version unless a newer one conflicts, and names the conflicting version in the 409', async () => {
    const { change, undo, get } = await aWorld()
    const value = async (name: string) =>
      (await get()).body.policies.find((one: { name: string }) => one.name === name).value
    await insist(change({ reuse_grace: 20, max_sessions_per_user: 5 }))
    await insist(change({ reuse_grace: 30 }))
    await insist(change({ update_last_login: false, session_absolute_lifetime: '60d' }))
    await insist(change({ refresh_token_lifetime: '45d' }))
    const stands = async (version: number | undefined, saying: RegExp, status = 409) => {
      const answer = await insist(undo({ version }), status)
      expect(answer.text).to.match(saying)
      if (status === 409) expect(answer.body.code).to.equal('policy_conflict')
    }
    await stands(1, /first version/, 400)
    await stands(99, /no version 99/, 404)
    await stands(3, /version 4 has set reuse_grace again/)
    await stands(5, /refresh_token_lifetime is longer than session_absolute_lifetime/)
    await insist(undo({ version: 4 }))
    expect([await value('reuse_grace'), await value('update_last_login')]).to.deep.equal([20, false])
    await insist(undo({ version: 3 }))
    expect([await value('reuse_grace'), await value('max_sessions_per_user')]).to.deep.equal([10, 500])
    await stands(3, /Nothing of version 3 is left/)
    await insist(undo())
    expect(await value('reuse_grace'), 'the undoing undone').to.equal(20)
    expect(await value('password_cost')).to.equal(4)
  })

  it('refuses a change based on an outdated version with 409 if the same policy was set since', async () => {
    const { change } = await aWorld()
    await insist(change({ reuse_grace: 20 }, { version: 2 }))
    const late = await insist(change({ reuse_grace: 30 }, { version: 2 }), 409)
    expect([late.body.code, late.body.detail]).to.deep.equal([
      'policy_conflict',
      'Version 3 has set reuse_grace since: look at it again.',
    ])
    await insist(change({ update_last_login: false }, { version: 2 }))
    await insist(change({ reuse_grace: 30 }, { version: 4 }))
  })

  it('previews the sessions that a change ends, its stale tokens, and an undo, and changes nothing', async () => {
    const { server, client, change, preview } = await aWorld()
    const amy = await server.aUser({ username: 'amy' })
    const sid = claimsOf((await client.signIn(amy)).access).sid
    server.clock.advance('4m')
    await client.signIn(amy)
    let before = await snapshotOf(server)
    const { body } = await insist(preview({ changes: { max_sessions_per_user: 1, reuse_grace: '10s' }, apply: 'now' }))
    const one = { count: 1, more: false }
    const none = { count: 0, more: false }
    expect(body).to.deep.include({
      version: 2,
      apply: 'now',
      unchanged: ['reuse_grace'],
      changes: [{ name: 'max_sessions_per_user', before: 500, after: 1 }],
      ends: { sessions: one, users: one, idle: none, absolute: none, limit: one },
      stale_access_tokens: { count: 3, more: false },
      sample: [{ id: sid, user_id: amy.id, username: 'amy', device: 'test-client/1.0', reason: 'limit' }],
    })
    expect(body.stays.join()).to.match(/undoing the change saves it/)
    const fewer = (await insist(preview({ changes: { max_sessions_per_user: 1, at_session_limit: 'refuse' } }))).body
    expect([fewer.ends.sessions.count, fewer.stale_access_tokens]).to.deep.equal([0, null])
    expect(fewer.stays.join()).to.match(/signed in stays so.*|Access tokens that are live/)
    expect(await snapshotOf(server)).to.equal(before)
    await insist(change({ access_token_lifetime: 600 }))
    before = await snapshotOf(server)
    expect((await insist(preview({ undo: 3 }))).body.changes).to.deep.equal([
      { name: 'access_token_lifetime', before: 600, after: firstPolicy.access_token_lifetime },
    ])
    for (const body of [{ undo: 99 }, { undo: 'x' }, { undo: 3, changes: { reuse_grace: 5 } }, { undo: null }])
      expect((await preview(body)).status, JSON.stringify(body)).to.be.oneOf([400, 404])
    expect(await snapshotOf(server)).to.equal(before)
  })
})

async function insist(answering: Promise<Answer>, status = 200): Promise<Answer> {
  const answer = await answering
  expect(answer.status, answer.text).to.equal(status)
  return answer
}
