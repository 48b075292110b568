// The audit log: what is written, in whose name, and how tampering is detected.
import { expect } from 'chai'
import { aClient, claimsOf } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, password, type TestServer } from '../support/server.js'

async function entries(server: TestServer) {
  const found = await server.composed.parts.logs.auditLog.page({}, { limit: 1_000 })
  return found.results.sort((a, b) => a.seq - b.seq)
}

/** A server with a chain of a few entries. */
async function aChain(server: TestServer): Promise<TestServer> {
  const { users } = server.composed.parts.people
  for (let number = 0; number < 6; number++) {
    const { id } = await server.aUser()
    await users.disable(id, 'operator:test')
  }
  return server
}

onEachEngine('the audit log', engine => {
  it('has no entry of a refused change', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const { access } = await client.signIn({ username: 'admin', password })
    const before = (await entries(server)).length
    await client.send('PUT', '/api/admin/users/1/roles', { token: access, json: { roles: [] } })
    await client.patch('/api/admin/roles/admin', { permissions: [] }, access)
    await client.post('/api/me/password/', { old_password: 'wrong', new_password: 'a good password 9' }, access)
    expect((await entries(server)).length).to.equal(before)
  })

  it('has no entry of a refresh', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    let { refresh } = await client.signIn(await server.aUser())
    const before = (await entries(server)).length
    for (let time = 0; time < 5; time++) refresh = (await client.refresh(refresh)).body.refresh
    expect((await entries(server)).length).to.equal(before)
  })

  it('names actor, action, subject, address, user agent, request id, and the values before and after', async () => {
    const server = await aServer({ engine })
    const client = aClient(server, 'audit-browser/7')
    const { access } = await client.signIn({ username: 'admin', password })
    const amy = await server.aUser()
    const path = `/api/admin/users/${amy.id}/roles`
    const answer = await client.send('PUT', path, { token: access, json: { roles: ['support'] } })
    const entry = (await entries(server)).at(-1)!
    expect(entry).to.include({
      actor: 'user:1',
      action: 'roles_changed',
      subjectKind: 'user',
      subject: String(amy.id),
      address: '127.0.0.1',
      userAgent: 'audit-browser/7',
      requestId: answer.headers.get('x-request-id'),
      createdAt: server.clock.now(),
      beforeJson: '{"roles":[]}',
      afterJson: '{"roles":["support"]}',
    })
  })

  it('records sign-in, sign-out and reuse of a refresh token, with the presenter’s user agent', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const amy = await server.aUser()
    const pair = await client.signIn(amy)
    await client.refresh(pair.refresh)
    server.clock.advance('1m')
    await aClient(server, 'thief/1').refresh(pair.refresh)
    const again = await client.signIn(amy)
    await client.post('/api/token/blacklist/', { refresh: again.refresh })
    const tail = (await entries(server)).slice(-4)
    expect(tail.map(entry => [entry.action, entry.actor, entry.subject])).to.deep.equal([
      ['signed_in', `user:${amy.id}`, String(amy.id)],
      ['refresh_token_reused', 'system', claimsOf(pair.access).sid],
      ['signed_in', `user:${amy.id}`, String(amy.id)],
      ['signed_out', `user:${amy.id}`, claimsOf(again.access).sid],
    ])
    expect(tail[1]!.userAgent).to.equal('thief/1')
  })

  it('records failed sign-ins of an existing user with the next jobs, and none of an unknown username', async () => {
    const server = await aServer({ engine })
    const client = aClient(server, 'guesser/1')
    const amy = await server.aUser()
    const before = (await entries(server)).length
    for (const username of [amy.username, 'nobody'])
      await client.post('/api/token/', { username, password: 'a wrong guess' })
    await server.composed.parts.people.users.disable(amy.id, 'system')
    await client.post('/api/token/', { username: amy.username, password: amy.password })
    await server.composed.jobs.runAll()
    const failed = (await entries(server)).slice(before).filter(entry => entry.action === 'sign_in_failed')
    expect(failed.map(entry => [entry.actor, entry.subject, entry.userAgent])).to.deep.equal([
      ['system', String(amy.id), 'guesser/1'],
      ['system', String(amy.id), 'guesser/1'],
    ])
  })

  it('is one unbroken chain also after simultaneous changes', async () => {
    const server = await aServer({ engine })
    const {
      people: { users },
      logs: { auditLog },
    } = server.composed.parts
    const made = await Promise.all(Array.from({ length: 20 }, () => server.aUser()))
    await Promise.all(made.map(({ id }) => users.disable(id, 'operator:test')))
    const chain = await entries(server)
    expect(chain.map(entry => entry.seq)).to.deep.equal(chain.map((_, index) => index + 1))
    expect((await auditLog.verify()).broken).to.equal(null)
  })

  it('names the first edited entry on verification, whichever column was edited', async () => {
    const server = await aChain(await aServer({ engine }))
    const {
      storage: { database },
      logs: { auditLog },
    } = server.composed.parts
    const edits = {
      actor: "'user:9'",
      action: "'user_enabled'",
      subject_kind: "'role'",
      subject: "'9'",
      created_at: '5',
      address: "'1.2.3.4'",
      user_agent: "'x'",
      request_id: "'y'",
      before_json: "'{}'",
      after_json: "'{}'",
      hash: "'AAAA'",
    }
    for (const [column, value] of Object.entries(edits)) {
      const [row] = await database.read<{ kept: string }>(`SELECT ${column} AS kept FROM audit_entry WHERE seq = 5`)
      await database.write(`UPDATE audit_entry SET ${column} = ${value} WHERE seq = 5`)
      expect((await auditLog.verify()).broken, column).to.deep.equal({ seq: 5, what: 'changed' })
      await database.write(`UPDATE audit_entry SET ${column} = ? WHERE seq = 5`, [row!.kept])
      expect((await auditLog.verify()).broken, `${column} restored`).to.equal(null)
    }
  })

  it('names a removed entry on verification, also the first and the last', async () => {
    for (const at of ['first', 'middle', 'last'] as const) {
      const server = await aChain(await aServer({ engine }))
      const {
        storage: { database },
        logs: { auditLog },
      } = server.composed.parts
      const last = (await entries(server)).length
      const seq = { first: 1, middle: 4, last }[at]
      await database.write('DELETE FROM audit_entry WHERE seq = ?', [seq])
      expect((await auditLog.verify()).broken, at).to.deep.equal({ seq, what: 'removed' })
    }
  })

  it('names an inserted entry on verification, in the middle or after the last', async () => {
    const server = await aChain(await aServer({ engine }))
    const {
      storage: { database },
      logs: { auditLog },
    } = server.composed.parts
    const last = (await entries(server)).length
    const copy = (from: number, to: number) =>
      database.write(
        `INSERT INTO audit_entry (seq, created_at, actor, action, subject_kind, subject, address, user_agent, request_id,
           before_json, after_json, hash)
         SELECT ?, created_at, actor, action, subject_kind, subject, address, user_agent, request_id, before_json,
           after_json, hash FROM audit_entry WHERE seq = ?`,
        [to, from],
      )
    await copy(3, last + 1)
    expect((await auditLog.verify()).broken).to.deep.equal({ seq: last + 1, what: 'inserted' })
    await database.write('DELETE FROM audit_entry WHERE seq = ?', [last + 1])
    // In the middle: later entries move up by one, and so does the head of the chain.
    for (let seq = last; seq >= 4; seq--)
      await database.write('UPDATE audit_entry SET seq = ? WHERE seq = ?', [seq + 1, seq])
    await copy(3, 4)
    await database.write('UPDATE audit_head SET seq = seq + 1 WHERE id = 1')
    expect((await auditLog.verify()).broken).to.deep.equal({ seq: 4, what: 'changed' })
  })

  it('shows on verification that its beginning was cut off without the key', async () => {
    const server = await aChain(await aServer({ engine }))
    const {
      storage: { database },
      logs: { auditLog },
    } = server.composed.parts
    const chain = await entries(server)
    const cut = chain[3]!
    await database.write('DELETE FROM audit_entry WHERE seq <= ?', [cut.seq])
    await database.write('UPDATE audit_head SET dropped_seq = ?, dropped_hash = ? WHERE id = 1', [cut.seq, cut.hash])
    expect((await auditLog.verify()).broken).to.deep.equal({ seq: cut.seq, what: 'changed' })
  })

  it('shows on verification that its end was cut off without the key, also after a later entry', async () => {
    for (const left of [4, 0]) {
      const server = await aChain(await aServer({ engine }))
      const {
        storage: { database },
        logs: { auditLog },
      } = server.composed.parts
      const hash = (await entries(server)).find(entry => entry.seq === left)?.hash ?? ''
      await database.write('DELETE FROM audit_entry WHERE seq > ?', [left])
      await database.write('UPDATE audit_head SET seq = ?, hash = ? WHERE id = 1', [left, hash])
      expect((await auditLog.verify()).broken, String(left)).to.deep.equal({ seq: left + 1, what: 'removed' })
      await database.write("UPDATE audit_head SET mark = '' WHERE id = 1")
      expect((await auditLog.verify()).broken, String(left)).to.deep.equal({ seq: left + 1, what: 'removed' })
      await server.aUser()
      expect((await auditLog.verify()).broken, String(left)).to.deep.equal({ seq: left + 1, what: 'changed' })
    }
  })

  it('drops entries older than a given time, and verifies from there on', async () => {
    const server = await aChain(await aServer({ engine }))
    const {
      tokens: { auditTrail },
      logs: { auditLog },
    } = server.composed.parts
    server.clock.advance('10d')
    const before = server.clock.now()
    await server.aUser()
    const count = (await entries(server)).length
    while (await auditTrail.dropBefore(before));
    expect((await entries(server)).length).to.be.lessThan(count)
    expect(await entries(server)).to.have.length(1)
    expect((await auditLog.verify()).broken).to.equal(null)
  })

  it('verifies also while entries are dropped that it has not reached, and names one removed by hand all the same', async () => {
    const server = await aServer({ engine })
    const {
      storage: { auditStore, database },
      tokens: { auditTrail },
      logs: { auditLog },
    } = server.composed.parts
    for (let count = 0; count < 130; count++) await server.setPolicy({ reuse_grace: count % 2 })
    server.clock.advance('10d')
    const before = server.clock.now()
    await server.aUser()
    const { after } = auditStore
    /** Verifies; before the second batch of rows is read, `meanwhile` runs. */
    const verifyAround = async (meanwhile: () => Promise<unknown>) => {
      let reads = 0
      auditStore.after = async (...asked) => {
        if (++reads === 2) await meanwhile()
        return after(...asked)
      }
      try {
        return (await auditLog.verify()).broken
      } finally {
        auditStore.after = after
      }
    }
    const { seq } = await auditStore.head(database)
    expect(await verifyAround(() => database.write('DELETE FROM audit_entry WHERE seq = ?', [seq - 10]))).to.deep.equal(
      {
        ...{ seq: seq - 10, what: 'removed' },
      },
    )
    expect(await verifyAround(() => auditTrail.dropBefore(before))).to.equal(null)
    expect(await entries(server)).to.have.length(1)
    // All that was to be verified is dropped meanwhile.
    for (let count = 0; count < 130; count++) await server.setPolicy({ reuse_grace: count % 2 })
    server.clock.advance('10d')
    expect(await verifyAround(() => auditTrail.dropBefore(server.clock.now()))).to.equal(null)
    // A beginning that the server has not marked counts for nothing.
    for (let count = 0; count < 130; count++) await server.setPolicy({ reuse_grace: count % 2 })
    const cut = await verifyAround(async () => {
      const [{ last }] = (await database.read('SELECT MAX(seq) - 5 AS last FROM audit_entry', [])) as [{ last: number }]
      await database.write('DELETE FROM audit_entry WHERE seq <= ?', [last])
      await database.write('UPDATE audit_head SET dropped_seq = ? WHERE id = 1', [last])
    })
    expect(cut!.what).to.equal('removed')
  })

  it('keeps entries for audit_retention, after which the jobs drop them', async () => {
    const server = await aChain(await aServer({ engine }))
    const { auditLog } = server.composed.parts.logs
    // Keys are rotated meanwhile, which is audited too.
    const others = async () => (await entries(server)).filter(entry => entry.subjectKind !== 'key')
    const chain = await others()
    server.clock.advance('364d')
    await server.setPolicy({ audit_retention: 86_400 * 400 })
    await server.setPolicy({ audit_retention: 86_400 * 365 })
    await server.composed.jobs.runAll()
    expect(await others()).to.have.length(chain.length + 2)
    server.clock.advance('2d')
    await server.composed.jobs.runAll()
    expect((await others()).map(entry => entry.action)).to.deep.equal(['policy_changed', 'policy_changed'])
    expect((await auditLog.verify()).broken).to.equal(null)
  })

  it('contains no password, hash or token', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const amy = await server.aUser()
    const pair = await client.signIn(amy)
    const fresh = 'never written down 5150'
    await client.post('/api/me/password/', { old_password: amy.password, new_password: fresh }, pair.access)
    await server.composed.parts.people.users.setPassword(amy.id, `${fresh}!`, 'operator:test')
    const text = JSON.stringify(await entries(server))
    for (const secret of [amy.password, fresh, pair.access, pair.refresh, pair.device_token, 'bcrypt'])
      expect(text).to.not.include(secret)
  })
})
