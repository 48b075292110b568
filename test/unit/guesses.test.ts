import { expect } from 'chai'
import { bucketsOf, guessWindow, windowOf } from '../../server/policy/guesses.js'
import { networkOf } from '../../server/policy/network.js'
import { rateLimitHeaders } from '../../server/protocol/rate-limit.js'

describe('the network of an IP address', () => {
  it('is the IPv4 address itself, also when it is written as IPv4-mapped IPv6', () => {
    for (const address of ['192.0.2.7', '::ffff:192.0.2.7', '::FFFF:c000:207', '0:0:0:0:0:ffff:192.0.2.7'])
      expect(networkOf(address), address).to.equal('192.0.2.7')
    expect(networkOf('192.0.2.8')).to.not.equal(networkOf('192.0.2.7'))
  })

  it('is the /64 prefix of an IPv6 address in any spelling', () => {
    for (const address of [
      '2001:db8:0:1::1',
      '2001:0DB8:0000:0001::',
      '2001:db8:0:1:ffff:ffff:ffff:ffff',
      '2001:db8::1:2:3:4:5',
      '2001:db8:0:1::192.0.2.7',
    ])
      expect(networkOf(address), address).to.equal('2001:db8:0:1::/64')
    for (const address of ['2001:db8:0:2::1', '2001:db8::1', '2001:db8:1:1::1'])
      expect(networkOf(address), address).to.not.equal('2001:db8:0:1::/64')
    expect(networkOf('fe80::1%eth0')).to.equal('fe80:0:0:0::/64')
    expect(networkOf('::1')).to.equal('0:0:0:0::/64')
  })

  it('is some string for text that is no IP address', () => {
    for (const address of ['', ':', '::::::', '1:2:3', '1.2.3', 'f'.repeat(45), ':'.repeat(45), '1::2::3'])
      expect(networkOf(address), address).to.be.a('string')
  })
})

describe('rate limit buckets of a password guess', () => {
  const stranger = (usernameKey: string, address = '192.0.2.7') =>
    bucketsOf({ kind: 'stranger', usernameKey, address }, 20)
  const device = (userId: number, deviceId: string) => bucketsOf({ kind: 'device', userId, deviceId }, 20)
  const owner = (userId: number, deviceId: string) => bucketsOf({ kind: 'owner', userId, deviceId }, 20)
  const texts = (buckets: { of: readonly string[] }[]) => buckets.map(({ of }) => JSON.stringify(of))

  it('with a device proof are shared with no stranger, owner or other device', () => {
    const others = [
      ...texts(stranger('amy')),
      ...texts(stranger('7')),
      ...texts(owner(7, 'd1')),
      ...texts(device(7, 'd2')),
      ...texts(device(8, 'd1')),
    ]
    expect(texts(device(7, 'd1')).filter(text => others.includes(text))).to.deep.equal([])
    expect(device(7, 'd1')).to.have.length(1)
  })

  it('of a stranger include one per username on all networks, and one per network for all usernames', () => {
    const shared = (one: string[], other: string[]) => one.filter(text => other.includes(text))
    expect(shared(texts(stranger('amy')), texts(stranger('amy', '192.0.2.8')))).to.deep.equal(['["user","amy"]'])
    expect(shared(texts(stranger('amy')), texts(stranger('ben')))).to.deep.equal(['["network","192.0.2.7"]'])
    expect(stranger('amy').map(({ limit }) => limit)).to.deep.equal([20, 20, 200])
  })

  it('do not collide for crafted usernames', () => {
    const mine = texts(stranger('amy'))
    for (const name of ['192.0.2.7","amy', '192.0.2.7 amy', 'from network', '["user","amy"]'])
      expect(
        texts(stranger(name, '203.0.113.1')).filter(text => mine.includes(text)),
        name,
      ).to.deep.equal([])
  })

  it('start a new window at the full hour', () => {
    const hour = Date.parse('2026-01-05T09:00:00Z')
    const { number, endsAt } = windowOf(hour)
    expect(endsAt).to.equal(hour + guessWindow * 1000)
    expect(windowOf(endsAt - 1)).to.deep.equal({ number, endsAt })
    expect(windowOf(endsAt).number).to.equal(number + 1)
  })
})

describe('the RateLimit header fields', () => {
  it('list all quotas, and are left out when there is none', () => {
    const window = { window: 3_600, resetsIn: 60 }
    expect(rateLimitHeaders([])).to.deep.equal({})
    expect(
      rateLimitHeaders([
        { name: 'user', limit: 20, remaining: 19, ...window },
        { name: 'network', limit: 200, remaining: 0, ...window },
      ]),
    ).to.deep.equal({
      'RateLimit-Policy': '"user";q=20;w=3600, "network";q=200;w=3600',
      RateLimit: '"user";r=19;t=60, "network";r=0;t=60',
    })
  })
})
