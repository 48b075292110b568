// The token inspector on every kind of refused token: each check fails for some token, each code of a refused token is
// shown for some token, and no part of a pasted token is stored.
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { type ErrorCode, errors } from '../../server/protocol/errors.js'
import { aVisit, onBrowser, signIn } from '../support/browser.js'
import { aClient, claimsOf } from '../support/client.js'
import { aForge, changed, headerOf } from '../support/forge.js'
import { aServer, password, settle, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'

const admin = { username: 'admin', password }
const words = JSON.parse(readFileSync(new URL('../../../views/locales/en.json', import.meta.url), 'utf8')).checks

/** Where the inspection stops: the type that the token claims, and the check that fails. */
type Place = `${'access' | 'refresh'} ${string}`
type Case = { what: string; token: string; stops: Place; code: ErrorCode; because?: string }

/** Every code that refuses a token. */
const tokenCodes = (Object.keys(errors) as ErrorCode[]).filter(
  code => ('wireCode' in errors[code] && errors[code].wireCode === 'token_not_valid') || code.startsWith('user_'),
)
/**
 * Codes that the inspector does not show: reuse is answered only by the refresh that ends the session, and
 * session_ended afterwards; legacy codes are for tokens of the legacy service, which this server has no key of;
 * token_bound and token_unbound are about the scheme that a token is sent with (RFC 9449 §7.1), not about the token.
 */
const saidElsewhere: ReadonlySet<ErrorCode> = new Set([
  'token_reused',
  'legacy_token_after_cut_over',
  'legacy_tokens_closed',
  'token_bound',
  'token_unbound',
])
/** A token that does not claim to be a refresh token is inspected as an access token. */
const cannotStop: ReadonlySet<Place> = new Set(['refresh kind'])

async function cases(server: TestServer): Promise<Case[]> {
  const client = aClient(server)
  const {
    keys: { keyRing, sealedSecrets },
    devices: { sessions },
    people: { users },
    logs: { revocationLog },
    storage: { database },
  } = server.composed.parts
  const signedIn = async () => {
    const user = await server.aUser()
    return { user, ...(await client.signIn(user)) }
  }
  const found: Case[] = []
  const add = (what: string, token: string, stops: Place, code: ErrorCode, because?: string) =>
    found.push({ what, token, stops, code, ...(because && { because }) })

  // First changes that affect every token.
  const underOldKeys = await signedIn()
  await keyRing.revoke(headerOf(underOldKeys.access).kid, 'operator:test')
  await sealedSecrets.revoke('refresh', 'operator:test')
  await settle(server.composed)
  add('one of a key that was revoked', underOldKeys.access, 'access key', 'token_key_revoked')
  add('one of a secret that was revoked', underOldKeys.refresh, 'refresh key', 'token_key_revoked')
  const early = await signedIn()
  server.clock.advance('1h')
  add('an access token of an hour ago', early.access, 'access exp', 'token_expired')

  const good = await signedIn()
  const forge = aForge(server)
  const now = Math.floor(server.clock.now() / 1000)
  const bare = Buffer.alloc(64)
  add('no token', 'not a token', 'access form', 'token_malformed')
  add(
    'one whose payload was changed',
    forge.compact(headerOf(good.access), changed(good.access, { sub: '1' }), () => bare),
    'access signature',
    'token_signature',
  )
  add('one that says another kind', forge.access(claimsOf(good.access), { typ: 'JWT' }), 'access kind', 'token_type')
  add('a device token', good.device_token, 'access kind', 'token_type')
  add(
    'one of a key of nobody',
    forge.access(claimsOf(good.access), { kid: 'x'.repeat(43) }),
    'access key',
    'token_key_unknown',
  )
  add(
    'one of another algorithm',
    forge.access(claimsOf(good.access), { alg: 'ES384' }),
    'access algorithm',
    'token_algorithm',
  )
  add(
    'one of another algorithm',
    forge.refresh(claimsOf(good.refresh), { alg: 'HS512' }),
    'refresh algorithm',
    'token_algorithm',
  )
  add(
    'one of a secret of nobody',
    forge.refresh(claimsOf(good.refresh), { kid: '7' }),
    'refresh key',
    'token_key_unknown',
  )
  add(
    'one whose payload was changed',
    forge.compact(headerOf(good.refresh), changed(good.refresh, { sub: '1' }), () => bare.subarray(32)),
    'refresh signature',
    'token_signature',
  )
  const wrong: [check: string, claims: Record<string, unknown>, code: ErrorCode][] = [
    ['registered', { exp: undefined }, 'token_claims'],
    ['iss', { iss: 'https://else.example' }, 'token_issuer'],
    ['aud', { aud: 'https://else.example' }, 'token_audience'],
    ['exp', { exp: now - 1 }, 'token_expired'],
    ['life', { exp: now + 40 * 365 * 86_400 }, 'token_claims'],
    ['token_type', { token_type: 'other' }, 'token_type'],
  ]
  for (const [check, claims, code] of wrong) {
    const what = `one with ${JSON.stringify(claims)}`
    add(what, forge.access(changed(good.access, claims)), `access ${check}`, code)
    add(what, forge.refresh(changed(good.refresh, claims)), `refresh ${check}`, code)
  }
  add(
    'one of the day after tomorrow',
    forge.access(changed(good.access, { iat: now + 172_800, exp: now + 172_900 })),
    'access iat',
    'token_not_yet_valid',
  )
  add('one without rev', forge.access(changed(good.access, { rev: undefined })), 'access rev', 'token_claims')
  add(
    'one whose roles are none',
    forge.access(changed(good.access, { roles: 'admin' })),
    'access roles',
    'token_claims',
  )
  add('one without username', forge.access(changed(good.access, { username: 3 })), 'access person', 'token_claims')
  add('one without sid', forge.refresh(changed(good.refresh, { sid: undefined })), 'refresh sid', 'token_claims')
  add('one of no generation', forge.refresh(changed(good.refresh, { gen: 0 })), 'refresh gen', 'token_claims')
  add(
    'one of a generation to come',
    forge.refresh(changed(good.refresh, { gen: 99 })),
    'refresh session',
    'token_claims',
  )

  // Then changes of single users and sessions.
  const ended = await signedIn()
  await sessions.end(claimsOf(ended.access).sid, null, 'user:1')
  add('of a session that was ended', ended.access, 'access log', 'session_ended', 'admin')
  add('of a session that was ended', ended.refresh, 'refresh session', 'session_ended', 'admin')
  const disabled = await signedIn()
  await users.disable(disabled.user.id, 'user:1')
  add('of a disabled user', disabled.access, 'access log', 'user_inactive', 'admin')
  add('of a disabled user', disabled.refresh, 'refresh session', 'user_inactive', 'admin')
  const deleted = await signedIn()
  await users.remove(deleted.user.id, 'user:1')
  add('of a deleted user', deleted.access, 'access log', 'user_unknown', 'admin')
  add('of a deleted user', deleted.refresh, 'refresh session', 'user_unknown', 'admin')
  const stale = await signedIn()
  await users.setRoles(stale.user.id, ['support'], 'user:1')
  add('of before a change of roles', stale.access, 'access log', 'token_stale', 'admin')
  const one = await signedIn()
  const revocation = { kind: 'token', subject: claimsOf(one.access).jti, effect: 'end', why: 'lost' }
  await revocationLog.add(revocation, 'user:1')
  add('one whose jti was revoked', one.access, 'access log', 'token_revoked', 'admin')
  const closed = await signedIn()
  await database.write(
    "INSERT INTO application (id, name, active, ended_seq, created_at) VALUES ('shop', 'Shop', ?, 0, 1)",
    [false],
  )
  await database.write("UPDATE session SET application_id = 'shop' WHERE id = ?", [claimsOf(closed.access).sid])
  add(
    'of a disabled application',
    forge.refresh(changed(closed.refresh, { client_id: 'shop' })),
    'refresh session',
    'application_disabled',
  )
  const rotated = await signedIn()
  await client.refresh(rotated.refresh)
  const reused = await signedIn()
  const second = (await client.refresh(reused.refresh)).body.refresh
  server.clock.advance('45s')
  await client.refresh(second)
  expect((await client.refresh(reused.refresh)).body).to.include({ reason: 'token_reused' })
  add('one that was rotated away', rotated.refresh, 'refresh session', 'token_revoked')
  add('one that was used again', reused.refresh, 'refresh session', 'session_ended', 'server')
  return found
}

onBrowser('the token inspector', () => {
  it('shows the failed check and the error code of every kind of refused token, and stores no token', async () => {
    const server = await aServer()
    const all = await cases(server)
    const stops = new Set(all.map(one => one.stops))
    const good = await aClient(server).signIn(await server.aUser())
    for (const kind of ['access', 'refresh'] as const) {
      const { checks, refusal } = await server.composed.parts.logs.tokenInspector.inspect(good[kind])
      expect(refusal).to.equal(null)
      // A token that cannot be parsed has no type.
      const known = checks.map(check => `${check.name === 'form' ? 'access' : kind} ${check.name}` as Place)
      expect(known.filter(place => !stops.has(place) && !cannotStop.has(place))).to.deep.equal([])
    }
    const codes = new Set(all.map(one => one.code))
    expect(tokenCodes.filter(code => !codes.has(code) && !saidElsewhere.has(code))).to.deep.equal([])

    const page = await aVisit(server)
    await signIn(page, admin)
    await page.waitForURL('**/admin')
    await page.goto('/admin/inspector')
    const inspect = async (token: string) => {
      await page.getByRole('textbox', { name: 'Token' }).fill(token)
      // The page before may look the same: wait for the new one to load.
      await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Inspect' }).click()])
    }
    await inspect(good.access)
    await page.getByRole('status').getByText('The token is valid').waitFor()
    const before = await snapshotOf(server)
    for (const { what, token, stops, code, because } of all) {
      const told = `${what}: ${stops}`
      await inspect(token)
      const { verdict, rows, cards, field, html } = await page.evaluate<Shown>(lookAtAll)
      expect(verdict, told).to.include(`: ${code}`)
      const results = rows.map(row => /(Passed|Failed|Not checked)\s*$/.exec(row)?.[1])
      const failed = results.indexOf('Failed')
      expect(rows[failed], told).to.include(words[stops.split(' ')[1]!])
      const expected = rows.map((_, at) => (at < failed ? 'Passed' : at === failed ? 'Failed' : 'Not checked'))
      expect(results, told).to.deep.equal(expected)
      if (because)
        expect(
          cards.find(card => card.includes('Who ended it')),
          told,
        ).to.include(because)
      // No part of the token is in the page or in its address.
      expect(field, told).to.equal('')
      const kept = `${html} ${page.url()}`
      for (const part of partsOf(token)) expect(kept, told).to.not.include(part)
    }
    expect(await snapshotOf(server)).to.equal(before)
    const log = server.logged.join('\n')
    for (const { what, token } of all)
      for (const part of partsOf(token)) expect(before + log, what).to.not.include(part)
  }).timeout(60_000)
})

type Shown = { verdict: string; rows: string[]; cards: string[]; field: string; html: string }

/** The whole page in one evaluation, for speed. */
const lookAtAll = `({
  verdict: document.querySelector('main [role=status]').innerText,
  rows: [...document.querySelectorAll('main tbody tr')].map(row => row.innerText),
  cards: [...document.querySelectorAll('main .card')].map(card => card.innerText),
  field: document.querySelector('[name=token]').value,
  html: document.documentElement.outerHTML,
})`

/** The token, its payload and its signature, where they are long enough. */
function partsOf(token: string): string[] {
  return [token, ...token.split('.').slice(1)].filter(part => part.length > 20)
}
