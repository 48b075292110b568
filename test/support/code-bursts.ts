// One authorization code redeemed many times concurrently, at several server processes.
import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { createApplicationStore } from '../../server/storage/applications.js'
import { createCodeStore } from '../../server/storage/codes.js'
import type { Database } from '../../server/storage/database.js'
import { createSessionStore, type SessionRecord } from '../../server/storage/sessions.js'
import { anApplicationRow, basic, inForm } from './applications.js'
import { type Answer, aClient, claimsOf } from './client.js'
import { aCode, redirectUri } from './codes.js'
import { password } from './server.js'
import { aVisitor } from './visitor.js'

const parallel = 50

/** Expects one success for each code. The servers use the system clock. @returns a line for the report */
export async function redeemManyTimes(urls: readonly string[], database: Database, rounds: number): Promise<string> {
  const { dialect } = database
  const [codeStore, sessionStore] = [createCodeStore(dialect), createSessionStore(dialect)]
  const home = { clock: { now: Date.now }, composed: { parts: { storage: { database, codeStore } } } }
  await makeApplications(database)
  const browser = await signInBrowser(urls[0]!, database)
  const headers = { tabs: inForm, shop: { ...inForm, ...basic('shop', secret) } }

  const send = (url: string, id: 'tabs' | 'shop', form: Record<string, string>) => {
    const body = new URLSearchParams({ ...form, ...(id === 'tabs' && { client_id: id }) }).toString()
    return aClient({ url }).send('POST', '/oauth/token', { body, headers: headers[id] })
  }
  const refresh = (id: 'tabs' | 'shop', { body }: Answer) =>
    send(urls[0]!, id, { grant_type: 'refresh_token', refresh_token: body.refresh_token })
  async function burst(id: 'tabs' | 'shop', count: number): Promise<Answer[]> {
    const { code, terms } = await aCode(home, browser, id)
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: terms.verifier! }
    return Promise.all(Array.from({ length: count }, (_, at) => send(urls[at % urls.length]!, id, form)))
  }
  const refused = new Map<string, number>()

  for (let round = 0; round < rounds; round++) {
    // Reuse by a public client (a page loaded twice) is refused and keeps the session; by a confidential one it ends
    // it.
    const id = round % 2 === 0 ? 'tabs' : 'shop'
    const [bystander] = (await burst(id, 1)) as [Answer]
    const answers = await burst(id, parallel)
    const won = answers.filter(one => one.status === 200)
    expect(won, `round ${round}: ${answers.map(one => one.text).join()}`).to.have.length(1)
    for (const { status, body } of answers.filter(one => one.status !== 200)) {
      expect([status, body.error]).to.deep.equal([400, 'invalid_grant'])
      refused.set(body.error_uri, (refused.get(body.error_uri) ?? 0) + 1)
    }
    const lives = (await refresh(id, won[0]!)).status === 200
    expect(lives, id).to.equal(id === 'tabs')
    const session = (await sessionStore.find(database, claimsOf(won[0]!.body.access_token).sid))!
    expect(session.endedReason).to.equal(id === 'tabs' ? null : 'code_reused')
    expect((await refresh(id, bystander)).status, 'somebody else’s').to.equal(200)
  }
  const counts = [...refused].map(([uri, count]) => `${count} ${uri.split('/').at(-1)}`).sort()
  return `${rounds} codes × ${parallel}: one success each, refused ${counts.join(', ')}`
}

const secret = 'a secret of the shop, and a long one'

async function makeApplications(database: Database): Promise<void> {
  const store = createApplicationStore(database.dialect)
  const metadata = { redirect_uris: [redirectUri], scope: 'openid', first_party: true }
  const shared = { ...metadata, grant_types: ['authorization_code' as const, 'refresh_token' as const] }
  const ofTabs = { ...shared, token_endpoint_auth_method: 'none' as const }
  await store.insert(database, anApplicationRow('tabs', { kind: 'browser', metadata: ofTabs }))
  await store.insert(database, anApplicationRow('shop', { metadata: shared }))
  const hash = createHash('sha256').update(secret).digest('base64url')
  const row = { id: 'secret', applicationId: 'shop', hash, hint: 'one', createdAt: 1, expiresAt: null }
  await store.insertSecret(database, { ...row, lastUsedAt: null })
}

async function signInBrowser(url: string, database: Database): Promise<SessionRecord> {
  await aVisitor({ url }).signIn({ username: 'admin', password })
  const [row] = await database.read<{ id: string }>('SELECT session_id AS id FROM page_session', [])
  return (await createSessionStore(database.dialect).find(database, row!.id))!
}
