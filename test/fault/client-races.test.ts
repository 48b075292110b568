// P6 with the client package: many tabs and lost answers; and reuse of spent refresh tokens after the grace.
import { expect } from 'chai'
import { onMariaDb, sqlite } from '../support/engines.js'
import { aLosingGateway } from '../support/losing-gateway.js'
import { race, theft } from '../support/races.js'
import { aServer } from '../support/server.js'
import { type Tabs, tabsInNode } from '../support/tabs.js'

onMariaDb('P6: twenty tabs with the client, behind a gateway that loses answers of two servers', engine => {
  it('refresh five times after the access token expired: no session ends, and no call fails', async () => {
    const one = await aServer({ engine })
    const two = await aServer({ clock: one.clock, settings: one.settings, policy: null })
    let dice = 0
    const gateway = await aLosingGateway([one, two], {
      loses: path => path === '/api/token/refresh/' && dice++ % 4 === 0,
    })
    const tabs = tabsInNode(20, gateway.url)
    const together: Tabs = {
      ...tabs,
      async advance(ms) {
        one.clock.advance(`${ms}ms`)
        await tabs.advance(ms)
      },
    }
    const { failed, signedOut, steps, lost } = await race(together, gateway, 5, await one.aUser())
    expect(failed).to.deep.equal([])
    expect(signedOut).to.deep.equal([])
    expect(steps).to.equal(5)
    expect(lost).to.be.above(4)
    await tabs.close()
    await gateway.close()
  }).timeout(60_000)
})

describe('reuse of spent refresh tokens after the grace', () => {
  it('is detected each time, ends that session, and leaves other sessions alone', async () => {
    const server = await aServer({ engine: sqlite })
    const people = await Promise.all(Array.from({ length: 8 }, () => server.aUser()))
    const result = await theft(server.url, people, async () => server.clock.advance('21s'))
    expect(result).to.deep.equal({ thefts: 8, caught: 8, ended: 8, bystanders: 8, bystandersLive: 8 })
  })
})
