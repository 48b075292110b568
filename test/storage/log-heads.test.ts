import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { createAuditStore } from '../../server/storage/audit.js'
import { createLogHeadStore } from '../../server/storage/log-heads.js'
import { createRevocationStore } from '../../server/storage/revocations.js'
import { aDatabase } from '../support/database.js'
import { onEachEngine, onMariaDb } from '../support/engines.js'

onEachEngine('heads of audit log and revocation log', engine => {
  it('lock() reads both heads as last committed', async () => {
    const database = await aDatabase(engine)
    const { dialect } = database
    const [heads, audit, revocations] = [
      createLogHeadStore(dialect),
      createAuditStore(dialect),
      createRevocationStore(dialect),
    ]
    await database.transaction(async tx => {
      await audit.moveHead(tx, { seq: 7, hash: 'the seventh', mark: 'its mark' })
      await revocations.moveTo(tx, 40)
      await revocations.setLifetime(tx, 900, 1_000_000)
    })
    const read = await database.transaction(heads.lock)
    expect(read.audit).to.deep.equal({
      seq: 7,
      hash: 'the seventh',
      mark: 'its mark',
      droppedSeq: 0,
      droppedHash: '',
      droppedMark: '',
    })
    const { logId } = await revocations.head(database)
    expect(read.revocations).to.include({ logId, seq: 40, accessLifetime: 900 })
  })

  it('lock() serializes 50 concurrent transactions: each takes a different number', async () => {
    const database = await aDatabase(engine)
    const [heads, revocations] = [createLogHeadStore(database.dialect), createRevocationStore(database.dialect)]
    const taken = await Promise.all(
      Array.from({ length: 50 }, () =>
        database.transaction(async tx => {
          const { seq } = (await heads.lock(tx)).revocations
          await revocations.moveTo(tx, seq + 1)
          return seq + 1
        }),
      ),
    )
    expect(taken.sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 50 }, (_, index) => index + 1))
  })
})

onMariaDb('lock order of the log heads', engine => {
  it('a transaction waiting for the audit log’s head does not hold the revocation log’s', async () => {
    const database = await aDatabase(engine)
    const { dialect } = database
    const [heads, audit, revocations] = [
      createLogHeadStore(dialect),
      createAuditStore(dialect),
      createRevocationStore(dialect),
    ]
    let runs = 0
    const [locked, goOn] = [aSignal(), aSignal()]
    const holding = database.transaction(async tx => {
      runs++
      await audit.lockHead(tx)
      locked.give()
      await goOn.given
      await revocations.lockHead(tx)
    })
    await locked.given
    let isThrough = false
    const waiting = database.transaction(async tx => {
      runs++
      await heads.lock(tx)
      isThrough = true
    })
    await pause(300)
    expect(isThrough, 'it waits for the audit log’s head').to.equal(false)
    goOn.give()
    await Promise.all([holding, waiting])
    expect(isThrough).to.equal(true)
    expect(runs, 'neither was the victim of a deadlock, and run again').to.equal(2)
  })
})

function aSignal() {
  let give = () => {}
  const given = new Promise<void>(resolve => {
    give = resolve
  })
  return { given, give: () => give() }
}
