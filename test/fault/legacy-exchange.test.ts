// The exchange of a legacy service's refresh token: one session however many processes exchange it, also after a lost
// answer.
import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import type { DatabaseSettings } from '../../config/settings.js'
import { refreshAtOnce } from '../support/bursts.js'
import { aClient, claimsOf } from '../support/client.js'
import { aCommandLine } from '../support/command-line.js'
import { anOpen } from '../support/database.js'
import { onEachEngine, onMariaDb } from '../support/engines.js'
import { legacySecret, signed } from '../support/legacy-tokens.js'
import { aServerProcess, secretKey, urlOf } from '../support/processes.js'

/** Settings of a server that takes over a legacy service that has just stopped; on the real clock. */
const taken = () => ({ LEGACY_JWT_SECRET: legacySecret, LEGACY_JWT_CUT_OVER: new Date().toISOString() })

function aToken(userId: number): string {
  const iat = Math.floor(Date.now() / 1000) - 600
  const jti = randomBytes(16).toString('hex')
  return signed({ token_type: 'refresh', exp: iat + 86_400, iat, jti, user_id: userId })
}

/** A user imported with the id of the legacy service. @returns the user id */
async function aUserFromThere(settings: DatabaseSettings): Promise<number> {
  const darvoza = aCommandLine({ DATABASE_URL: urlOf(settings), SECRET_KEY: secretKey })
  await darvoza.done(['user', 'import', '-'], JSON.stringify({ id: 700, username: 'amy' }))
  return 700
}

onMariaDb('a legacy refresh token exchanged fifty times at once at two processes', engine => {
  it('gives one session and one refresh token', async () => {
    const settings = await engine.migrated()
    const one = await aServerProcess(settings, {}, taken())
    const two = await aServerProcess(settings, null, taken())
    const userId = await aUserFromThere(settings)
    const sessions = async () =>
      (await (await anOpen(settings)).read(`SELECT id FROM session WHERE user_id = ${userId}`)).length
    const before = await sessions()
    for (let round = 1; round <= 3; round++) {
      const answers = (await refreshAtOnce([one.url, two.url], aToken(userId), 50)).map(({ answer }) => answer)
      expect(answers.map(answer => answer.status)).to.deep.equal(Array(50).fill(200))
      expect(new Set(answers.map(answer => answer.body.refresh)).size).to.equal(1)
      expect(new Set(answers.map(answer => claimsOf(answer.body.access).sid)).size).to.equal(1)
      expect(await sessions()).to.equal(before + round)
    }
    expect([...one.complaints, ...two.complaints]).to.deep.equal([])
  }).timeout(90_000)
})

onEachEngine('a server killed between the commit of a legacy token exchange and its answer', engine => {
  it('a retry with the same legacy token at the next server gets tokens of the one session', async () => {
    const settings = await engine.migrated()
    const server = await aServerProcess(settings, {}, taken())
    const userId = await aUserFromThere(settings)
    const token = aToken(userId)
    await server.dieAt('committed')
    await aClient(server)
      .refresh(token)
      .then(
        answer => expect.fail(`it answered ${answer.status}`),
        () => {},
      )
    await server.dead()
    const next = await aServerProcess(settings, null, taken())
    const again = await aClient(next).refresh(token)
    expect([again.status, again.body.reason]).to.deep.equal([200, undefined])
    const rows = await (await anOpen(settings)).read<{ id: string }>(
      `SELECT s.id AS id FROM session s JOIN legacy_token l ON l.session_id = s.id WHERE s.user_id = ${userId}`,
    )
    expect(rows.map(({ id }) => id)).to.deep.equal([claimsOf(again.body.refresh).sid])
  }).timeout(90_000)
})
