import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import { aClient, claimsOf } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { anEntry, writeEntries } from '../support/log.js'
import { aServer, settle } from '../support/server.js'

onEachEngine('a revocation log longer than one read', engine => {
  it('makes a running and a newly started server refuse the tokens of every session in it', async () => {
    const server = await aServer({ engine })
    const { database, revocationStore: revocations } = server.composed.parts.storage
    const client = aClient(server)
    const pairs = [await client.signIn(await server.aUser()), await client.signIn(await server.aUser())]
    const kept = await client.signIn(await server.aUser())
    const { seq } = await revocations.head(database)
    const expiresAt = server.clock.now() + 1
    const entries = Array.from({ length: 5_000 }, (_, index) => anEntry(seq + 1 + index, { expiresAt }))
    entries[2_000]!.subject = claimsOf(pairs[0]!.access).sid
    entries[4_999]!.subject = claimsOf(pairs[1]!.access).sid
    await writeEntries(database, entries)
    await settle(server.composed)
    for (const one of [server, await aServer({ settings: server.settings, clock: server.clock })]) {
      for (const { access } of pairs) expect((await aClient(one).verify(access)).body.reason).to.equal('session_ended')
      expect((await aClient(one).verify(kept.access)).status).to.equal(200)
    }
  })

  it('is deleted once its entries have expired, without blocking the event loop', async () => {
    const { clock, composed } = await aServer({ engine })
    const { database, revocationStore: revocations } = composed.parts.storage
    const { seq } = await revocations.head(database)
    const expiresAt = clock.now() + 1_000
    await writeEntries(
      database,
      Array.from({ length: 5_000 }, (_, index) => anEntry(seq + 1 + index, { expiresAt })),
    )
    await settle(composed)
    clock.advance('1s')
    let turns = 0
    let running = true
    const ran = composed.jobs.runAll().finally(() => {
      running = false
    })
    while (running) {
      await setImmediate()
      turns++
    }
    await ran
    expect(turns).to.be.at.least(10)
    expect((await composed.parts.logs.revocationLog.page({}, { limit: 1 })).results).to.deep.equal([])
  })
})
