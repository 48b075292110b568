// P6: concurrent refreshes of one session within the reuse grace, and the reuse of a refresh token after the grace.
import { expect } from 'chai'
import { refreshAtOnce } from '../support/bursts.js'
import { type Answer, aClient, claimsOf } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, type TestServer } from '../support/server.js'

const tabs = 20

async function rowOf(server: TestServer, sid: string) {
  const [row] = await server.composed.parts.storage.database.read<{
    generation: number
    endedAt: number | null
    endedReason: string | null
  }>('SELECT generation, ended_at AS endedAt, ended_reason AS endedReason FROM session WHERE id = ?', [sid])
  return row!
}

const incidentsOf = (server: TestServer, sid: string) =>
  server.composed.parts.storage.database.read<{
    presented: number
    present: number
    address: string
    userAgent: string
  }>(
    `SELECT presented_generation AS presented, present_generation AS present, address, user_agent AS userAgent
     FROM incident WHERE session_id = ?`,
    [sid],
  )

function refusedAsReused(answer: Answer): void {
  expect([answer.status, answer.body.code, answer.body.reason]).to.deep.equal([401, 'token_not_valid', 'token_reused'])
}

onEachEngine('P6: twenty tabs of one browser', engine => {
  it('refresh with stale and current tokens for a minute: all get 200, and the session does not end', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const amy = await server.aUser()
    let stored = (await client.signIn(amy)).refresh
    const { sid } = claimsOf(stored)
    const wrong: string[] = []
    let answered = 0
    for (let burst = 0; burst < 6; burst++) {
      // Every tab has read the stored token before the first of them replaces it.
      const stale = stored
      for (let second = 0; second <= 10; second += 2) {
        const answers = await Promise.all(
          Array.from({ length: tabs }, (_, tab) => client.refresh(tab % 4 === second % 4 ? stored : stale)),
        )
        for (const answer of answers) {
          if (answer.status !== 200) wrong.push(`${answer.status} ${answer.text}`)
          else {
            answered++
            stored = answer.body.refresh
          }
        }
        // The access token of any answer is valid.
        expect((await client.verify(answers.at(-1)!.body.access)).status).to.equal(200)
        if (second < 10) server.clock.advance('2s')
      }
    }
    const { generation, endedAt } = await rowOf(server, sid)
    console.log(`      ${answered} refreshes of ${tabs} tabs, ${generation - 1} steps, ${wrong.length} refused`)
    expect(wrong).to.deep.equal([])
    expect(endedAt).to.equal(null)
    expect((await client.refresh(stored)).status).to.equal(200)
    expect(await incidentsOf(server, sid)).to.have.length(0)
  }).timeout(40_000)

  it('a token nine generations old gets the current refresh token within the grace', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const first = (await client.signIn(await server.aUser())).refresh
    let present = first
    for (let step = 0; step < 9; step++) {
      present = (await client.refresh(present)).body.refresh
      server.clock.advance('1s')
    }
    const answer = await client.refresh(first)
    expect([answer.status, answer.body.refresh]).to.deep.equal([200, present])
  })
})

onEachEngine('a refresh token reused after its grace', engine => {
  /** A session at generation 3 whose first token is long spent, and two unrelated sessions. */
  async function aTheft(policy = {}) {
    const server = await aServer({ engine, policy })
    const client = aClient(server)
    const amy = await server.aUser()
    const first = await client.signIn(amy)
    const elsewhere = await client.signIn(amy)
    const somebody = await client.signIn(await server.aUser())
    const second = (await client.refresh(first.refresh)).body
    server.clock.advance('11s')
    const third = (await client.refresh(second.refresh)).body
    server.clock.advance('21s')
    return { server, client, first, second, third, elsewhere, somebody, sid: claimsOf(first.access).sid }
  }

  it('ends its session with all its tokens, records an incident, and leaves other sessions alone', async () => {
    const { server, client, first, second, third, elsewhere, somebody, sid } = await aTheft()
    refusedAsReused(await aClient(server, 'thief/1.0').refresh(first.refresh))

    expect((await rowOf(server, sid)).endedReason).to.equal('refresh_token_reused')
    const [incident, ...more] = await incidentsOf(server, sid)
    expect(more).to.have.length(0)
    expect(incident).to.include({ presented: 1, present: 3, userAgent: 'thief/1.0' })
    expect(incident!.address).to.match(/127\.0\.0\.1|::1/)
    for (const { access, refresh } of [first, second, third]) {
      expect((await client.verify(access)).status).to.equal(401)
      expect((await client.get('/api/me/', access)).status).to.equal(401)
      expect((await client.refresh(refresh)).status).to.equal(401)
    }
    for (const { access, refresh } of [elsewhere, somebody]) {
      expect((await client.verify(access)).status).to.equal(200)
      expect((await client.refresh(refresh)).status).to.equal(200)
    }
    expect(await incidentsOf(server, sid), 'what comes after the end is no second incident').to.have.length(1)
  })

  it('a hundred times at once: one incident, and every refresh answers 401', async () => {
    const { server, first, sid } = await aTheft()
    const answers = await refreshAtOnce([server.url], first.refresh, 100)
    expect(new Set(answers.map(({ answer }) => answer.status))).to.deep.equal(new Set([401]))
    expect(await incidentsOf(server, sid)).to.have.length(1)
  })

  it('while the user refreshes: the session ends, and the tokens that this refresh got are invalid', async () => {
    const { server, client, first, third, sid } = await aTheft()
    const [stolen, own] = await Promise.all([client.refresh(first.refresh), client.refresh(third.refresh)])
    expect(stolen.status).to.equal(401)
    expect((await rowOf(server, sid)).endedAt).to.not.equal(null)
    for (const { access, refresh } of own.status === 200 ? [own.body] : []) {
      expect((await client.verify(access)).status).to.equal(401)
      expect((await client.refresh(refresh)).status).to.equal(401)
    }
  })

  it('at /api/token/verify/: answers 401, and the session does not end', async () => {
    const { server, client, first, third, sid } = await aTheft()
    expect((await client.verify(first.refresh)).status).to.equal(401)
    expect((await rowOf(server, sid)).endedAt).to.equal(null)
    expect((await client.refresh(third.refresh)).status).to.equal(200)
  })

  it('with a wrong signature, changed claims or of another type: 401, and the session does not end', async () => {
    const { server, client, first, third, sid } = await aTheft()
    const [header, claims, signature] = first.refresh.split('.') as [string, string, string]
    const forged = [
      `${header}.${claims}.`,
      `${header}.${claims}.${signature.slice(0, -4)}AAAA`,
      `${header}.${Buffer.from(JSON.stringify({ ...claimsOf(first.refresh), gen: 2 })).toString('base64url')}.${signature}`,
      first.access,
      first.device_token,
    ]
    for (const token of forged) expect((await client.refresh(token)).status).to.equal(401)
    expect((await rowOf(server, sid)).endedAt).to.equal(null)
    expect(await incidentsOf(server, sid)).to.have.length(0)
    expect((await client.refresh(third.refresh)).status).to.equal(200)
  })

  it('of a later generation than its row: 401 token_claims, and the session does not end', async () => {
    const { server, client, third, sid } = await aTheft()
    const { database } = server.composed.parts.storage
    await database.write('UPDATE session SET generation = 2, window_from = 1, older_from = 1 WHERE id = ?', [sid])
    const answer = await client.refresh(third.refresh)
    expect([answer.status, answer.body.reason]).to.deep.equal([401, 'token_claims'])
    expect((await rowOf(server, sid)).endedAt).to.equal(null)
    expect(await incidentsOf(server, sid)).to.have.length(0)
  })

  it('with a grace of 0: the second use answers token_reused at once, as in simplejwt', async () => {
    const server = await aServer({ engine, policy: { reuse_grace: 0 } })
    const client = aClient(server)
    const pair = await client.signIn(await server.aUser())
    const answer = await client.refresh(pair.refresh)
    expect(answer.status).to.equal(200)
    refusedAsReused(await client.refresh(pair.refresh))
    expect((await client.refresh(answer.body.refresh)).status).to.equal(401)
  })

  it('after an outage that began within its grace: accepted until one grace after the outage, not later', async () => {
    for (const [late, status] of [
      ['9s', 200],
      ['21s', 401],
    ] as const) {
      const server = await aServer({ engine })
      const client = aClient(server)
      const pair = await client.signIn(await server.aUser())
      const { sid } = claimsOf(pair.access)
      await server.composed.jobs.runAll()
      expect((await client.refresh(pair.refresh)).status).to.equal(200)
      // No heartbeat is written for five minutes; then it is again.
      server.clock.advance('5m')
      await server.composed.jobs.runAll()
      for (let second = 0; second < Number.parseInt(late, 10); second++) {
        server.clock.advance('1s')
        await server.composed.jobs.runAll()
      }
      expect((await client.refresh(pair.refresh)).status, late).to.equal(status)
      expect((await rowOf(server, sid)).endedAt === null).to.equal(status === 200)
      await server.close()
    }
  })
})
