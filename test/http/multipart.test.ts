import { expect } from 'chai'
import { aClient } from '../support/client.js'
import { aServer } from '../support/server.js'

const boundary = 'xx'
const field = (headers: string, value = 'amy') =>
  `--${boundary}\r\nContent-Disposition: form-data; name="username"${headers}\r\n\r\n${value}`

/** Multipart bodies that once crashed the process, or whose end a parser might wait for. */
const broken = {
  'a file that is cut off': field('; filename="a.txt"'),
  'a field that is cut off': field(''),
  'a header that is cut off': `--${boundary}\r\nContent-Disp`,
  'a file of an unknown charset': `${field('; filename="a"\r\nContent-Type: text/plain; charset=bogus')}\r\n--${boundary}--\r\n`,
  'a transfer encoding': `${field('\r\nContent-Transfer-Encoding: base64', 'YW15')}\r\n--${boundary}--\r\n`,
  'no part at all': 'hello',
}

describe('multipart/form-data bodies', () => {
  for (const [what, body] of Object.entries(broken)) {
    it(`with ${what} are answered 400, and the server keeps running`, async () => {
      const server = await aServer()
      const client = aClient(server)
      const headers = { 'Content-Type': `multipart/form-data; boundary=${boundary}` }
      expect((await client.send('POST', '/api/token/', { headers, body })).status).to.equal(400)
      expect((await client.get('/healthz')).status).to.equal(200)
    })
  }
})

describe('urlencoded form bodies', () => {
  it('accept non-ASCII letters percent-encoded or raw, as the same password', async () => {
    const server = await aServer()
    const amy = await server.aUser({ username: 'amy', password: 'пароль-ў-с+знаками' })
    const client = aClient(server)
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const escaped = `username=amy&password=${encodeURIComponent(amy.password)}`
    const bare = `username=amy&password=${amy.password.replaceAll('+', '%2B')}`
    for (const body of [escaped, bare]) {
      expect((await client.send('POST', '/api/token/', { headers, body })).status).to.equal(200)
    }
  })
})
