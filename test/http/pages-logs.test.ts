// The admin pages of the logs: revocations, token inspector, audit log, incidents.
import { expect } from 'chai'
import { aClient, claimsOf } from '../support/client.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'
import { aVisitor, localOf } from '../support/visitor.js'

const admin = { username: 'admin', password }
const ownSite = { 'Sec-Fetch-Site': 'same-origin' }

const pages = {
  '/admin/revocations': ['admin', 'auditor'],
  '/admin/revocations/effects': ['admin', 'auditor'],
  '/admin/revocations/new': ['admin'],
  '/admin/inspector': ['admin', 'auditor', 'support'],
  '/admin/audit': ['admin', 'auditor'],
  '/admin/audit/1': ['admin', 'auditor'],
  '/admin/audit/export': ['admin', 'auditor'],
  '/admin/incidents': ['admin', 'auditor'],
}

async function signedIn(server: TestServer, user: { username: string; password: string } = admin) {
  const visitor = aVisitor(server)
  await visitor.signIn(user)
  return visitor
}

describe('the admin pages of revocations, audit log and incidents', () => {
  it('answer 200 with the permission, 403 without it, and redirect to sign-in without a session', async () => {
    const server = await aServer()
    for (const role of ['admin', 'auditor', 'support', '']) {
      const visitor = await signedIn(server, await server.aUser({ roles: role ? [role] : [] }))
      for (const [path, may] of Object.entries(pages)) {
        const { status } = await visitor.open(path)
        expect(status, `${path} for ${role}`).to.equal(may.includes(role) ? 200 : 403)
      }
    }
    const nobody = aVisitor(server)
    for (const path of Object.keys(pages)) expect(localOf(await nobody.send('GET', path))).to.match(/^\/login\?next=/)
  })

  it('show the list for invalid query parameters, and answer 404 for an unknown audit entry', async () => {
    const server = await aServer()
    const visitor = await signedIn(server)
    for (const list of ['revocations', 'audit', 'incidents'])
      for (const query of ['after=x', 'size=7', 'kind=x&action=y&cause=z', 'from=2026-13-45&to=x', 'actor=a&actor=b'])
        expect((await visitor.open(`/admin/${list}?${query}`)).status, `${list}?${query}`).to.equal(200)
    for (const seq of ['0', '999999', '1e1', '-1', 'x'])
      expect((await visitor.open(`/admin/audit/${seq}`)).status, seq).to.equal(404)
  })
})

describe('a session on the pages of the logs', () => {
  const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/605.1.15'

  it('is named by user and device, and by its shortened id once its row is deleted', async () => {
    const server = await aServer()
    const amy = await server.aUser({ username: 'amy' })
    const client = aClient(server, mac)
    const pair = await client.signIn(amy)
    await client.post('/api/token/blacklist/', { refresh: pair.refresh })
    const visitor = await signedIn(server)
    const { sid } = claimsOf(pair.refresh)
    const lists = ['/admin/revocations?kind=session', '/admin/audit?action=signed_out']
    for (const list of lists)
      expect((await visitor.open(list)).text, list).to.include(`href="/admin/sessions/${sid}">amy · Safari · macOS<`)
    await server.composed.parts.storage.database.write('DELETE FROM session WHERE id = ?', [sid])
    for (const list of lists)
      expect((await visitor.open(list)).text, list).to.include(`href="/admin/sessions/${sid}">${sid.slice(0, 8)}…<`)
  })

  it('is named by its id alone for a reader without the permission to see sessions', async () => {
    const server = await aServer()
    const amy = await server.aUser({ username: 'amy' })
    const { sid } = claimsOf((await aClient(server, mac).signIn(amy)).access)
    await server.composed.parts.devices.sessions.end(sid, amy.id, 'system')
    const reader = await server.aUser({ username: 'reader' })
    await server.composed.parts.people.users.setPermissions(reader.id, ['darvoza:revocations:read'], 'system')
    const { text } = await (await signedIn(server, reader)).open('/admin/revocations?kind=session')
    expect(text).to.include(sid.slice(0, 8)).and.not.include('Safari')
  })
})

describe('a manual revocation on the admin pages', () => {
  it('is refused with field errors, previewed with its reach, and recorded when confirmed', async () => {
    const server = await aServer()
    const amy = await server.aUser({ username: 'amy' })
    const client = aClient(server)
    const pair = await client.signIn(amy)
    const visitor = await signedIn(server)
    const preview = (form: Record<string, string>) =>
      visitor.submit('/admin/revocations/preview', form, '/admin/revocations/new')
    const before = await snapshotOf(server)
    const wrong: [Record<string, string>, string][] = [
      [{ what: 'all_ended', subject: 'nobody', reason: 'x' }, 'There is no user nobody.'],
      [{ what: 'role_stale', subject: 'none', reason: 'x' }, 'There is no role none.'],
      [{ what: 'application_ended', subject: 'none', reason: 'x' }, 'There is no application none.'],
      [{ what: 'token_revoked', subject: 'short', reason: 'x' }, 'This is not the jti of an access token.'],
      ...['token_revoked', 'all_ended', 'role_stale', 'application_ended'].map(
        (what): [Record<string, string>, string] => [{ what, subject: ' ', reason: 'x' }, 'Please fill this in.'],
      ),
      [{ what: 'everybody_ended', subject: 'amy', reason: 'x' }, 'Leave this empty: it applies to everybody.'],
      [{ what: 'all_ended', subject: 'amy', reason: ' ' }, 'Please fill this in.'],
      [{ what: 'user_deleted', subject: 'amy', reason: 'x' }, 'Choose what to revoke.'],
      [{ subject: 'amy', reason: 'x' }, 'Choose what to revoke.'],
    ]
    for (const [form, said] of wrong) {
      const { status, text } = await preview(form)
      expect(status, said).to.equal(400)
      expect(text).to.include(said).and.not.include('There is no user .')
    }
    const several: [Record<string, string>, string[]][] = [
      [{ subject: 'amy', reason: '' }, ['Choose what to revoke.', 'Please fill this in.']],
      [{ what: 'role_stale', subject: 'none', reason: '' }, ['There is no role none.', 'Please fill this in.']],
    ]
    for (const [form, said] of several) {
      const { text } = await preview(form)
      expect(text).to.include('Please correct 2 things')
      for (const one of said) expect(text).to.include(one)
    }
    const form = { what: 'all_ended', subject: 'amy', reason: '<lost> phone' }
    const shown = await preview(form)
    expect(shown.text).to.include('amy is signed out at once (1 session).').and.include('&lt;lost&gt; phone')
    expect(shown.text).to.not.include('You too')
    expect(await snapshotOf(server)).to.equal(before)

    const _token = visitor.tokenOn(shown, '/admin/revocations')
    const done = await visitor.send('POST', '/admin/revocations', { form: { ...form, _token }, headers: ownSite })
    expect(localOf(done)).to.equal('/admin/revocations')
    const { text } = await visitor.open('/admin/revocations?actor=admin&kind=user&subject=amy')
    expect(text).to.include('Revoked: All sessions of a user ended.').and.include(`href="/admin/users/${amy.id}">amy<`)
    expect((await client.get('/api/me/', pair.access)).status).to.equal(401)
    expect((await visitor.open('/admin/audit?action=revocation_added')).text).to.include('&lt;lost&gt; phone')
    expect((await visitor.open('/admin/revocations?cause=sign_out')).text).to.include('No such revocation was found')
  })

  it('for all users asks for the password again, and warns that the administrator is included', async () => {
    const server = await aServer()
    const visitor = await signedIn(server)
    const form = { what: 'everybody_ended', subject: '', reason: 'a breach' }
    const shown = await visitor.submit('/admin/revocations/preview', form, '/admin/revocations/new')
    expect(shown.text).to.include('Everybody is signed out at once, everywhere: 1 session.').and.include('You too')
    expect(shown.text).to.match(/Among them<\/dt><dd>admin</)
    server.clock.advance('6m')
    const _token = visitor.tokenOn(shown, '/admin/revocations')
    const asked = await visitor.send('POST', '/admin/revocations', { form: { ...form, _token }, headers: ownSite })
    expect(asked.status).to.equal(401)
    expect((await visitor.open('/admin/revocations')).text).to.include('Nothing was revoked')
    const proven = { ...form, _token, _proof: password }
    expect((await visitor.send('POST', '/admin/revocations', { form: proven, headers: ownSite })).status).to.equal(303)
    expect(localOf(await visitor.send('GET', '/admin/revocations'))).to.match(/^\/login/)
  })
})

describe('the audit log page', () => {
  it('shows an ended device by user and name, and finds it by its user', async () => {
    const server = await aServer()
    const [amy, bob] = [await server.aUser({ username: 'amy', lastName: 'Joʻrayeva' }), await server.aUser()]
    const client = aClient(server, 'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0')
    const { access } = await client.signIn(amy)
    const other = await client.signIn(bob)
    const [device] = (await client.get('/api/me/devices/', access)).body.results
    const admin_ = (await client.signIn(admin)).access
    expect((await client.delete(`/api/admin/devices/${device.id}`, admin_)).status).to.equal(204)
    expect((await client.delete(`/api/admin/sessions/${claimsOf(other.access).sid}`, admin_)).status).to.equal(204)
    const visitor = await signedIn(server)
    for (const query of ['subject=amy', 'kind=user&subject=jorayeva', `subject=${amy.id}&action=device_ended`]) {
      const { text } = await visitor.open(`/admin/audit?${query}`)
      expect(text, query).to.include(`href="/admin/devices/${device.id}">amy · Firefox`).and.not.include(bob.username)
    }
    const exact = await visitor.open(`/admin/audit?kind=device&subject=${device.id}`)
    expect(exact.text).to.include('amy · Firefox')
    const actions = async (query: string) =>
      (await client.get(`/api/admin/audit?${query}`, admin_)).body.results.map((one: { action: string }) => one.action)
    expect(await actions(`user=${amy.id}&action=device_ended`)).to.deep.equal(['device_ended'])
    expect(await actions(`user=${bob.id}&action=session_ended`)).to.deep.equal(['session_ended'])
    // The filter subject matches the subject alone, not the user of a device.
    expect(await actions(`subject_kind=user&subject=${amy.id}`)).to.not.include('device_ended')
  })

  it('filters by actor, action, subject, address and day, and shows values before and after', async () => {
    const server = await aServer()
    const amy = await server.aUser({ username: 'amy' })
    await server.composed.parts.people.users.setRoles(amy.id, ['support'], 'user:1')
    const visitor = await signedIn(server)
    const today = new Date(server.clock.now()).toISOString().slice(0, 10)
    const changed = 'actor=admin&action=roles_changed&subject=amy'
    for (const query of [changed, `${changed}&kind=user&from=${today}&to=${today}`]) {
      const { text } = await visitor.open(`/admin/audit?${query}`)
      expect(text, query).to.include('Changed the roles').and.include('– → support<').and.include('1–1 of 1')
    }
    for (const query of ['actor=amy&action=roles_changed', `${changed}&address=10.0.0.1`, `${changed}&to=2020-01-01`])
      expect((await visitor.open(`/admin/audit?${query}`)).text, query).to.include('No such entry was found')
  })

  it("shows durations, switches, lists and algorithms in the reader's language", async () => {
    const server = await aServer()
    const {
      people: { users, roles },
      policies: { policies },
    } = server.composed.parts
    await roles.create('clerk', ['orders:read', 'orders:write'], 'system')
    const amy = await server.aUser({ username: 'amy' })
    await users.update(amy.id, { firstName: 'Amy', email: 'amy@example.com' }, 'user:1')
    const values = { refresh_token_lifetime: 21_600, rotate_refresh_tokens: false, access_token_algorithm: 'RS256' }
    await policies.set(values, 'user:1', 'a stricter year')
    const said = {
      en: ['1 day → 6 hours', 'on → off', 'ES256 → RS256', 'Rotation of refresh tokens', 'First name, E-mail'],
      uz: ['1 kun → 6 soat', 'yoqilgan → oʻchirilgan', 'ES256 → RS256', 'Imzolash algoritmi', 'Ism, E-pochta'],
      ru: ['1 день → 6 часов', 'включено → выключено', 'ES256 → RS256', 'Алгоритм подписи', 'Имя, Эл. почта'],
    }
    const visitor = await signedIn(server)
    for (const [language, words] of Object.entries(said)) {
      visitor.cookies.set('darvoza-language', language)
      const { text } = await visitor.open('/admin/audit')
      const versions = (await visitor.open('/admin/policies/versions')).text
      for (const word of words) expect(text).to.include(word)
      expect(versions).to.include(words[0]).and.include(words[1])
      expect(text)
        .to.include('orders:read, orders:write')
        .and.not.match(/86,?400|21,?600|refresh_token_lifetime|firstName/)
    }
    // The reason of the first version is a constant of the server, which the page translates.
    visitor.cookies.set('darvoza-language', 'uz')
    expect((await visitor.open('/admin/policies/versions')).text)
      .to.include('birinchi versiya')
      .and.not.include('first')
  })

  it('translates a subject that is no id, such as everybody or device tokens', async () => {
    const server = await aServer()
    const { keys, logs, people } = server.composed.parts
    await keys.sealedSecrets.revoke('device', 'operator:root')
    const visitor = await signedIn(server)
    const revoke = (kind: string, subject: string) =>
      logs.revocationLog.add({ kind, subject, effect: 'refresh', why: 'x' }, 'operator:root')
    await revoke('all', '')
    visitor.cookies.set('darvoza-language', 'uz')
    const { text } = await visitor.open('/admin/audit')
    expect(text).to.include('Qurilma tokenlari').and.include('Hamma')
    expect(text).to.not.match(/everybody|>\s*device\s*</)
    // A role may have this name.
    await people.roles.create('everybody', [], 'operator:root')
    await revoke('role', 'everybody')
    expect((await visitor.open('/admin/audit?action=revocation_added')).text).to.match(/>\s*everybody\s*</)
  })

  it('names users, devices and sessions of an entry, and counts lists of sessions', async () => {
    const server = await aServer()
    const amy = await server.aUser({ username: 'amy' })
    const client = aClient(server, 'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0')
    const { access } = await client.signIn(amy)
    const { sid } = claimsOf(access)
    const [device] = (await client.get('/api/me/devices/', access)).body.results
    const admin_ = (await client.signIn(admin)).access
    expect((await client.delete(`/api/admin/devices/${device.id}`, admin_)).status).to.equal(204)
    const again = await client.signIn(amy)
    const later = claimsOf(again.access).sid
    expect((await client.delete(`/api/admin/sessions/${later}`, admin_)).status).to.equal(204)
    const visitor = await signedIn(server)
    const seqOf = async (action: string) => {
      const found = await server.composed.parts.logs.auditLog.page({ userId: amy.id }, { limit: 50 })
      return found.results.findLast(one => one.action === action)!.seq
    }
    const owner = `href="/admin/users/${amy.id}">amy</a>`
    const ended = (await visitor.open(`/admin/audit/${await seqOf('device_ended')}`)).text
    expect(ended).to.include(owner).and.not.include(sid)
    expect(ended.replace(/\s+/g, ' ')).to.match(/Sessions.{0,80}>1</)
    const opened = (await visitor.open(`/admin/audit/${await seqOf('signed_in')}`)).text
    expect(opened).to.include(`href="/admin/sessions/${sid}">amy · Firefox`)
    expect(opened).to.include(`href="/admin/devices/${device.id}">amy · Firefox`)
    for (const text of [opened, (await visitor.open(`/admin/audit/${await seqOf('session_ended')}`)).text, ended])
      expect(text.slice(text.indexOf('<table'))).to.not.match(/>[\da-f]{8}-[\da-f]{4}-[\da-f-]{22}</)
    expect((await visitor.open('/admin/audit?subject=amy')).text)
      .to.include(owner)
      .and.include(`>amy · Firefox`)
  })

  it('shows the actor of a failed sign-in as unknown, also in the history of the user', async () => {
    const server = await aServer()
    const amy = await server.aUser({ username: 'amy' })
    await aClient(server).post('/api/token/', { username: 'amy', password: 'not the password' })
    await server.composed.parts.signIn.failedSignIns.write()
    const visitor = await signedIn(server)
    const listed = (await visitor.open('/admin/audit?action=sign_in_failed')).text
    expect(listed).to.include('unknown').and.not.include('The server itself')
    expect((await visitor.open(`/admin/users/${amy.id}`)).text).to.include('unknown · 127.0.0.1')
  })

  it('is exported as filtered CSV with escaped formulas (CSV injection), and as JSON Lines', async () => {
    const server = await aServer()
    const amy = await server.aUser({ username: 'amy' })
    await aClient(server, '=cmd|calc').signIn(amy)
    const visitor = await signedIn(server)
    const csv = await visitor.open('/admin/audit/export?format=csv&action=signed_in&actor=amy')
    expect(csv.headers.get('content-type')).to.match(/^text\/csv/)
    expect(csv.headers.get('content-disposition')).to.include('audit.csv')
    expect(csv.text.trim().split('\n')).to.have.length(2)
    expect(csv.text)
      .to.include("'=cmd|calc")
      .and.match(/^seq,at,at \(UTC\),actor,action,/)
    const lines = (await visitor.open('/admin/audit/export?format=jsonl')).text.trim().split('\n')
    const entries = lines.map(line => JSON.parse(line) as { seq: number })
    const found = await server.composed.parts.logs.auditLog.page({}, { limit: 200 })
    expect(entries.map(entry => entry.seq)).to.deep.equal(found.results.map(entry => entry.seq))
  })

  it('verifies the hash chain, and names the first changed entry', async () => {
    const server = await aServer()
    await server.aUser()
    const visitor = await signedIn(server)
    const check = async () => {
      expect(localOf(await visitor.submit('/admin/audit/check', {}, '/admin/audit'))).to.equal('/admin/audit')
      return (await visitor.open('/admin/audit')).text
    }
    expect(await check()).to.include('The chain holds: ')
    await server.composed.parts.storage.database.write("UPDATE audit_entry SET actor = 'user:7' WHERE seq = 2", [])
    expect(await check()).to.include('The chain is broken: entry 2 was changed.')
  })
})

describe('the incidents page', () => {
  it('shows the device of the session and the client that presented the spent refresh token', async () => {
    const server = await aServer()
    const amy = await server.aUser({ username: 'amy' })
    const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0'
    const owner = aClient(server, firefox)
    const { refresh } = await owner.signIn(amy)
    const next = (await owner.refresh(refresh)).body.refresh as string
    server.clock.advance('25s')
    await owner.refresh(next)
    server.clock.advance('25s')
    await aClient(server, 'thief/<1>').refresh(refresh)
    const visitor = await signedIn(server)
    const { text } = await visitor.open('/admin/incidents')
    const { sid } = claimsOf(refresh)
    expect(text).to.include('Firefox · Windows').and.include('thief/&lt;1&gt;').and.include(`/admin/sessions/${sid}`)
    // Next steps, with buttons for those who have the permission.
    expect(text).to.include('Ask if it was amy.').and.include('If not: end all sessions and reset the password.')
    expect(text).to.include(`action="/admin/users/${amy.id}/sign-out"`).and.include(`/admin/users/${amy.id}/password"`)
    const auditor = aVisitor(server)
    await auditor.signIn(await server.aUser({ roles: ['auditor'] }))
    const seen = (await auditor.open('/admin/incidents')).text
    expect(seen)
      .to.include('Ask if it was amy.')
      .and.not.match(/\/admin\/users\/\d+\/(sign-out|password)/)
    expect((await visitor.open(`/admin/incidents?session=${sid}`)).text).to.include('thief/')
    expect((await visitor.open('/admin/incidents?user=AMY')).text).to.include('thief/')
    for (const user of ['999', 'nobody', 'admin'])
      expect((await visitor.open(`/admin/incidents?user=${user}`)).text, user).to.include('No such incident was found')
  })
})
