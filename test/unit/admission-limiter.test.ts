import { expect } from 'chai'
import type { Context } from '../../server/http/handler.js'
import { createAdmissionLimiter } from '../../server/http/middleware/admission-limiter.js'

const turn = () => new Promise(resolve => setImmediate(resolve))

describe('the admission limiter', () => {
  it('admits four requests per event loop turn, in order, without delaying other routes', async () => {
    const limiter = createAdmissionLimiter()
    const served: (string | number)[] = []
    // Requests to other routes bypass the limiter.
    const request = async (path: string, name: string | number) => {
      const serve = async () => void served.push(name)
      await (path === '/crowd' ? limiter({} as Context, serve) : serve())
    }
    const crowd = Array.from({ length: 10 }, (_, index) => request('/crowd', index))
    await request('/other', 'another')
    expect(served).to.deep.equal(['another'])
    const seen: number[] = []
    while (served.length < 11) {
      await turn()
      seen.push(served.length)
      await request('/other', 'another')
      served.splice(served.lastIndexOf('another'), 1)
    }
    await Promise.all(crowd)
    expect(served.slice(1)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(seen).to.deep.equal([5, 9, 11])
    // The limiter still admits requests after its queue was empty.
    await request('/crowd', 'late')
    expect(served.at(-1)).to.equal('late')
  })

  it('admits the next request after one that failed', async () => {
    const limiter = createAdmissionLimiter()
    const fail = async () => {
      throw new Error('failed')
    }
    const failed = await Promise.resolve(limiter({} as Context, fail)).then(
      () => 'served',
      () => 'failed',
    )
    expect(failed).to.equal('failed')
    let served = false
    await limiter({} as Context, async () => {
      served = true
    })
    expect(served).to.equal(true)
  })
})
