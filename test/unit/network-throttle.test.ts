import { expect } from 'chai'
import {
  createNetworkThrottle,
  type ThrottleKind,
  throttles,
} from '../../server/identity/authorizations/network-throttle.js'
import { Refusal } from '../../server/protocol/errors.js'

const start = Date.parse('2030-01-01T00:00:00Z')

function aThrottle(networks?: number) {
  const told: object[] = []
  let [at, counted] = [start, 0]
  const { admit } = createNetworkThrottle({
    now: () => at,
    count: name => void (name === 'throttled_requests' && counted++),
    log: { info: details => void told.push(details) },
    ...(networks !== undefined && { networks }),
  })
  /** @returns how many of the requests were admitted, and the last refusal */
  function send(kind: ThrottleKind, address: string | ((nth: number) => string), times: number) {
    let [admitted, refusal] = [0, null as Refusal | null]
    for (let nth = 0; nth < times; nth++)
      try {
        admit(kind, typeof address === 'string' ? address : address(nth))
        admitted++
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        refusal = error
      }
    return { admitted, refusal }
  }
  function advance(ms: number): void {
    at += ms
  }
  return { send, told, counted: () => counted, advance }
}

const { most } = throttles.push

describe('the network throttle', () => {
  it('refuses a network over its limit with 429 and Retry-After, and counts and logs that', () => {
    const { send, told, counted, advance } = aThrottle()
    advance(15_000)
    const { admitted, refusal } = send('push', '192.0.2.1', most + 50)
    expect(admitted).to.equal(most)
    expect([refusal!.code, refusal!.status, refusal!.details.retryAfter]).to.deep.equal([
      'too_many_from_network',
      429,
      45,
    ])
    expect([counted(), told]).to.deep.equal([50, [{ kind: 'push', network: '192.0.2.1' }]])
    expect(send('push', '192.0.2.2', 1).admitted, 'another network').to.equal(1)
    expect(send('device', '192.0.2.1', 1).admitted, 'another kind').to.equal(1)
    advance(45_000)
    expect(send('push', '192.0.2.1', 1).admitted, 'the next window').to.equal(1)
  })

  it('counts an IPv6 /64 as one network, and IPv4-mapped IPv6 as IPv4', () => {
    const { send } = aThrottle()
    expect(send('push', nth => `2001:db8:1:2::${nth.toString(16)}`, most + 1).admitted).to.equal(most)
    expect(send('push', '2001:db8:1:3::1', 1).admitted).to.equal(1)
    send('push', '192.0.2.1', most)
    expect(send('push', '::ffff:192.0.2.1', 1).admitted).to.equal(0)
    expect(send('push', '::ffff:192.0.2.2', 1).admitted).to.equal(1)
  })

  it('tracks a bounded number of networks, each with its limit; all others share one limit', () => {
    const { send, told } = aThrottle(3)
    send('push', nth => `192.0.2.${nth}`, 3)
    const shared = send('push', nth => `198.51.${nth >> 8}.${nth & 255}`, 11 * most)
    expect(shared.admitted).to.equal(10 * most)
    expect(told).to.deep.equal([{ kind: 'push', network: null }])
    expect(send('push', '192.0.2.1', most).admitted).to.equal(most - 1)
  })

  it('counts requests without a known address towards the shared limit', () => {
    const { send } = aThrottle()
    expect(send('push', '', 11 * most).admitted).to.equal(10 * most)
    expect(send('push', '192.0.2.1', 1).admitted).to.equal(1)
  })
})
