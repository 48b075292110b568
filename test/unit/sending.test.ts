// The order in which applications are sent logout tokens when many deliveries are due.
import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import type { Attempted, Attempts } from '../../server/identity/deliveries/attempt.js'
import { createSending } from '../../server/identity/deliveries/sending.js'
import type { ApplicationsInForce } from '../../server/revocation/applications-in-force.js'
import type { Database } from '../../server/storage/database.js'
import type { DeliveryRecord, DeliveryStore } from '../../server/storage/deliveries.js'
import { aClock } from '../support/clock.js'

/** A sender for which each due application has one delivery, for as long as it is due. */
function aHouse(due: string[], attempt: (id: string) => Promise<Attempted>) {
  const clock = aClock()
  const deliveryStore = {
    dueApplications: async () => due,
    take: async (_: unknown, id: string) => (due.includes(id) ? [{ id, since: clock.now(), attempts: 1 }] : []),
    settle: async () => {},
    giveUp: async () => 0,
  } as unknown as DeliveryStore
  const sending = createSending({
    ...{ database: {} as Database, deliveryStore, random: randomBytes, count: () => {} },
    ...{ now: clock.now, monotonic: clock.now, log: { info: () => {}, warn: () => {} } },
    applications: {
      hasLogoutUris: () => true,
      meet: async (id: string) => ({ id }),
    } as unknown as ApplicationsInForce,
    attempts: { attempt: ({ id }: Pick<DeliveryRecord, 'id'>) => attempt(id) } as unknown as Attempts,
    afterwards: work => void work(),
  })
  return { clock, sending }
}

describe('sending of logout tokens', () => {
  it('keeps places for other applications, however many unreachable ones have waited longer', async () => {
    const down = Array.from({ length: 40 }, (_, number) => `down-${number}`)
    let isSilent = false
    const due = [...down]
    const tried: string[] = []
    const { clock, sending } = aHouse(due, async id => {
      tried.push(id)
      if (id === 'shop') due.pop()
      else if (isSilent) await new Promise(() => {})
      return id === 'shop' ? { failure: null, status: 200 } : { failure: 'TIMEOUT', status: null }
    })
    const run = async () => {
      await sending.run()
      for (let turns = 0; turns < 10; turns++) await setImmediate()
    }
    for (let times = 0; times < 3; times++) await run()
    expect(tried.toSorted()).to.deep.equal(down.toSorted())
    clock.advance('1m')
    isSilent = true
    due.push('shop')
    tried.length = 0
    await run()
    expect(tried).to.include('shop').and.to.have.length(13)
  })
})
