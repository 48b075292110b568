import { expect } from 'chai'
import { aClient } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aServer } from '../support/server.js'

onEachEngine('the tour of two devices', engine => {
  it('ends one device, whose access token is refused at once, while the session on the other goes on', async () => {
    const server = await aServer({ engine })
    const amy = await server.aUser({ username: 'amy' })
    const phone = aClient(server, 'phone/1.0')
    const laptop = aClient(server, 'laptop/2.0')
    const onPhone = await phone.signIn(amy)
    const onLaptop = await laptop.signIn(amy)
    const refreshed = await phone.refresh(onPhone.refresh)
    expect(refreshed.status).to.equal(200)
    const { access } = refreshed.body

    const devices = await laptop.get('/api/me/devices/', onLaptop.access)
    expect(devices.body.results.map((device: { name: string }) => device.name)).to.have.members([
      'phone/1.0',
      'laptop/2.0',
    ])
    const lost = devices.body.results.find((device: { current: boolean }) => !device.current)

    expect((await laptop.delete(`/api/me/devices/${lost.id}/`, onLaptop.access)).status).to.equal(204)
    const verified = await laptop.verify(access)
    expect(verified.status).to.equal(401)
    expect(verified.body).to.deep.equal({
      detail: 'Token is blacklisted',
      code: 'token_not_valid',
      reason: 'session_ended',
    })
    expect((await phone.get('/api/me/', access)).status).to.equal(401)
    expect((await phone.refresh(refreshed.body.refresh)).status).to.equal(401)
    expect((await laptop.get('/api/me/', onLaptop.access)).status).to.equal(200)
    expect((await laptop.verify(onLaptop.access)).status).to.equal(200)
  })
})
