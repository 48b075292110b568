// Command line on the database of a running server: roles, the revocation log, verifiers and the audit log.
import { expect } from 'chai'
import { aClient, claimsOf } from '../support/client.js'
import { besideAServer, expectOneLine, expectRefused, operator, patience } from '../support/command-line.js'
import { aFollower, renewLease } from '../support/feed.js'
import { password, settle } from '../support/server.js'

describe('command line: roles and logs', function () {
  this.timeout(patience)

  it('creates, changes, renames and deletes a role; tokens with its old permissions become stale', async () => {
    const { server, darvoza } = await besideAServer()
    const client = aClient(server)
    await darvoza.done(['role', 'create', 'clerk', 'orders:read'])
    const amy = await server.aUser({ username: 'amy', roles: ['clerk'] })
    const { access, refresh } = await client.signIn(amy)
    expect(await darvoza.json(['role', 'set-permissions', 'clerk', 'orders:write'])).to.deep.equal({
      name: 'clerk',
      permissions: ['orders:write'],
      built_in: false,
      holders: 1,
    })
    await settle(server.composed)
    expect((await client.verify(access)).body.reason).to.equal('token_stale')
    expect(claimsOf((await client.refresh(refresh)).body.access).permissions).to.deep.equal(['orders:write'])
    await darvoza.done(['role', 'rename', 'clerk', 'seller'])
    expect((await darvoza.json(['user', 'show', 'amy'])).roles).to.deep.equal(['seller'])
    await darvoza.done(['role', 'delete', 'seller', '--yes'])
    const names = (await darvoza.json(['role', 'list'])).map((role: { name: string }) => role.name)
    expect(names).to.deep.equal(['admin', 'auditor', 'support'])
  })

  it('refuses invalid, duplicate, unknown and built-in roles, and changes no role', async () => {
    const { darvoza } = await besideAServer()
    await darvoza.done(['role', 'create', 'clerk'])
    await expectRefused(darvoza, [
      [['role', 'create', 'Clerk'], 2, /name: A role begins with a letter/],
      [['role', 'create', 'clerk'], 2, /already exists/],
      [['role', 'create', 'other', 'no spaces'], 2, /is not a permission/],
      [['role', 'delete', 'nobody', '--yes'], 1, /There is no role nobody/],
      [['role', 'set-permissions', 'admin', '--none'], 1, /built in/],
      [['role', 'rename', 'clerk', 'admin'], 2, /already exists/],
    ])
    expect(await darvoza.json(['role', 'list'])).to.have.length(4)
  })

  it('refuses invalid revocation entries; adds a valid one, which a running server enforces', async () => {
    const { server, darvoza } = await besideAServer()
    const client = aClient(server)
    const { access } = await client.signIn({ username: 'admin', password })
    await expectRefused(darvoza, [
      [['revocation', 'add', 'nobody', '1', '--yes'], 2, /kind/],
      [['revocation', 'add', 'user', '77', '--yes'], 2, /subject|effect/],
      [['revocation', 'add', 'role', 'admin', '--yes'], 2, /subject|effect/],
      [['revocation', 'add', 'all', 'x', '--yes'], 2, /subject|effect/],
    ])
    const entry = await darvoza.json(['revocation', 'add', 'all', '--reason', 'a drill', '--yes'])
    expect(entry).to.include({ kind: 'all', effect: 'end', reason: 'everybody_ended', actor: operator })
    await settle(server.composed)
    expect((await client.verify(access)).body.reason).to.equal('session_ended')
  })

  it('lists the verifiers that follow the revocation log, with applied position and lease', async () => {
    const { server, darvoza } = await besideAServer()
    // The server clock is set ahead, so that the leases outlast the commands.
    server.clock.advance('30m')
    const [shop, till] = [await aFollower(server, 'shop-api'), await aFollower(server, 'till')]
    expect(await darvoza.json(['verifier', 'list'])).to.deep.equal([])
    const { tail } = server.composed.parts.revocation
    const [log, seq] = [tail.logId, tail.position]
    const one = { verifier: 'shop-1', applied: `${log}:${seq}`, version: '1.2.3', keys_fetched_at: 1_767_600_000 }
    const leases = await Promise.all([
      renewLease(server, shop.token, one),
      renewLease(server, shop.token, { verifier: 'shop-2', applied: '' }),
      renewLease(server, till.token, { verifier: 'till-1', applied: `${log}:${seq}` }),
    ])
    expect(leases.map(({ status }) => status)).to.deep.equal([200, 200, 200])
    await darvoza.done(['revocation', 'add', 'token', crypto.randomUUID(), '--yes'])
    const all = await darvoza.json(['verifier', 'list'])
    expect(all.map(({ application, verifier }: Record<string, string>) => `${application} ${verifier}`)).to.deep.equal([
      'shop-api shop-1',
      'shop-api shop-2',
      'till till-1',
    ])
    const [first, second] = await darvoza.json(['verifier', 'list', '--application', 'shop-api'])
    expect(first).to.include({ version: '1.2.3', applied: seq, behind: 1, connected: true })
    expect(first.keys_fetched_at).to.equal('2026-01-05T08:00:00.000Z')
    expect(second).to.include({ applied: null, behind: null, connected: true, keys_fetched_at: null })
    await server.composed.parts.storage.database.write('UPDATE verifier SET lease_until = 1', [])
    expect((await darvoza.json(['verifier', 'list']))[0].connected).to.equal(false)
    expect(await darvoza.done(['verifier', 'list', '--application', 'till'])).to.match(
      /^APPLICATION .*CONNECTED +LEASE ENDS AT.*\ntill +till-1 /,
    )
    await expectRefused(darvoza, [[['verifier', 'list', '--application', 'nobody'], 1, /nobody/]])
  })

  it('lists audit entries with their actor; audit verify names the entry that was altered', async () => {
    const { server, darvoza } = await besideAServer()
    const amy = await server.aUser({ username: 'amy' })
    await darvoza.done(['user', 'disable', 'amy'])
    const [last] = await darvoza.json(['audit', 'list', '--subject', `user:${amy.id}`, '--limit', '1'])
    expect(last).to.include({ actor: operator, action: 'user_disabled', subject: String(amy.id) })
    expect(await darvoza.done(['audit', 'verify'])).to.match(/^the chain holds: \d+ entries/)
    await server.composed.parts.storage.database.write("UPDATE audit_entry SET actor = 'user:1' WHERE seq = ?", [
      last.seq,
    ])
    const ran = await darvoza.run(['audit', 'verify'])
    expect(ran.code).to.equal(1)
    expectOneLine(ran, new RegExp(`broken at entry ${last.seq}: changed`))
  })
})
