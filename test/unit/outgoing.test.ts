// Outgoing requests to addresses that others have named: which targets are refused, and how answers are limited.
import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { expect } from 'chai'
import { readOutgoingAllow } from '../../config/outgoing.js'
import { createOutgoing } from '../../server/outgoing/outgoing.js'
import { OutgoingFailure } from '../../server/outgoing/outgoing-failure.js'

const nothing = { hosts: [], networks: [] }
const loopback = { hosts: [], networks: ['127.0.0.0/8'] }
const family = (address: string) => ({ address, family: address.includes(':') ? 6 : 4 })

/** A resolver that answers with these addresses for every name. */
const meaning =
  (...addresses: string[]) =>
  async () =>
    addresses.map(family)

async function whyNot(work: Promise<unknown>): Promise<string | null> {
  try {
    await work
    return null
  } catch (error) {
    if (error instanceof OutgoingFailure) return error.reason
    throw error
  }
}

describe('an outgoing request', () => {
  const open: { close(): unknown }[] = []
  let asked = 0
  async function listening(answer: RequestListener): Promise<string> {
    const server: Server = createServer((request, response) => {
      asked++
      answer(request, response)
    })
    open.push({ close: () => [server.closeAllConnections(), server.close()] })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return String((server.address() as AddressInfo).port)
  }
  beforeEach(() => {
    asked = 0
  })
  afterEach(() => {
    for (const one of open.splice(0)) one.close()
  })

  it('is refused for an internal address in any spelling', async () => {
    const port = await listening((_, response) => response.end('secret'))
    const inside = [
      '127.0.0.1',
      '127.1',
      '0x7f.0.0.1',
      '2130706433',
      '017700000001',
      '0.0.0.0',
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::127.0.0.1]',
      '[64:ff9b::127.0.0.1]',
      '[2002:7f00:1::]',
      '10.0.0.1',
      '172.16.0.1',
      '192.168.1.1',
      '100.64.0.1',
      '169.254.169.254',
      '[fe80::1]',
      '[fd00::1]',
      '[fec0::1]',
      '224.0.0.1',
      '255.255.255.255',
      '192.0.2.1',
      '[2001:db8::1]',
      'localhost',
      'localhost.',
    ]
    for (const scheme of ['http', 'https'])
      for (const host of inside) {
        const why = await whyNot(createOutgoing({ allow: nothing }).request(`${scheme}://${host}:${port}/`))
        expect(why, `${scheme} ${host}`).to.equal('NOT_ALLOWED')
      }
    expect(asked).to.equal(0)
  })

  it('is refused for a name that resolves to no address, or to any internal one', async () => {
    for (const addresses of [['127.0.0.1'], ['1.1.1.1', '127.0.0.1'], ['2606:4700::1', '::ffff:10.0.0.1'], []]) {
      const outgoing = createOutgoing({ allow: nothing, resolve: meaning(...addresses) })
      expect(await whyNot(outgoing.request('https://keys.example/')), addresses.join()).to.equal('NOT_ALLOWED')
    }
  })

  it('is refused without TLS to a public host, for another scheme, and with credentials in the URL', async () => {
    const outgoing = createOutgoing({ allow: loopback, resolve: meaning('1.1.1.1') })
    expect(await whyNot(outgoing.request('http://keys.example/'))).to.equal('SCHEME')
    for (const address of ['ftp://keys.example/', 'file:///etc/passwd', 'data:,x', 'gopher://x/'])
      expect(await whyNot(outgoing.request(address)), address).to.equal('SCHEME')
    for (const address of [
      '',
      'x',
      '//keys.example',
      'https://',
      'https://a:b@keys.example/',
      'https://a@keys.example/',
    ])
      expect(await whyNot(outgoing.request(address)), address).to.equal('ADDRESS')
  })

  it('reaches the networks and hosts of OUTGOING_ALLOW, also without TLS, unless publicAlone is set', async () => {
    const port = await listening((request, response) => response.end(`${request.method} ${request.headers.host}`))
    const text = async (work: ReturnType<ReturnType<typeof createOutgoing>['request']>) => (await work).body.toString()
    expect(await text(createOutgoing({ allow: loopback }).request(`http://127.0.0.1:${port}/`))).to.equal(
      `GET 127.0.0.1:${port}`,
    )
    const named = createOutgoing({ allow: { hosts: ['keys.internal'], networks: [] }, resolve: meaning('127.0.0.1') })
    expect(await text(named.request(`http://KEYS.internal:${port}/`))).to.equal(`GET keys.internal:${port}`)
    expect(await whyNot(named.request(`http://other.internal:${port}/`))).to.equal('NOT_ALLOWED')
    expect(await whyNot(named.request(`http://x.keys.internal:${port}/`))).to.equal('NOT_ALLOWED')
    const asked = { publicAlone: true }
    expect(await whyNot(named.request(`http://keys.internal:${port}/`, asked))).to.equal('NOT_ALLOWED')
    expect(await whyNot(createOutgoing({ allow: loopback }).request(`http://127.0.0.1:${port}/`, asked))).to.equal(
      'NOT_ALLOWED',
    )
    const other = createOutgoing({ allow: { hosts: [], networks: ['10.0.0.0/8'] } })
    expect(await whyNot(other.request(`http://127.0.0.1:${port}/`))).to.equal('NOT_ALLOWED')
  })

  /** A name server that answers 127.0.0.1 for each name, or is silent. @returns its address */
  async function aNameServer(isSilent = false): Promise<string> {
    const socket = createSocket('udp4', (question, { port, address }) => {
      if (isSilent) return
      // RFC 1035 §4.1: the question repeated without additional records, and one address for a question of type A.
      const end = question.indexOf(0, 12) + 5
      const isOfFour = question.readUInt16BE(end - 4) === 1
      const answer = [0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 127, 0, 0, 1]
      const head = [...question.subarray(0, 2), 0x81, 0x80, 0, 1, 0, isOfFour ? 1 : 0, 0, 0, 0, 0]
      socket.send(Buffer.from([...head, ...question.subarray(12, end), ...(isOfFour ? answer : [])]), port, address)
    })
    open.push(socket)
    await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve))
    return `127.0.0.1:${socket.address().port}`
  }

  it('with publicAlone asks the name servers itself, and blocks no other lookup while they are silent', async () => {
    const asked = { publicAlone: true, wait: 500 }
    const answered = createOutgoing({ allow: nothing, nameServers: [await aNameServer()] })
    expect(await whyNot(answered.request('https://tool.example/', asked))).to.equal('NOT_ALLOWED')
    const silent = createOutgoing({ allow: nothing, nameServers: [await aNameServer(true)] })
    const waiting = Array.from({ length: 30 }, (_, number) => silent.request(`https://h${number}.example/`, asked))
    const reasons = Promise.all(waiting.map(whyNot))
    const begun = performance.now()
    await lookup('localhost')
    expect(performance.now() - begun).to.be.below(400)
    expect([...new Set(await reasons)]).to.deep.equal(['TIMEOUT'])
  })

  it('connects to the addresses that were checked, without resolving the name again', async () => {
    const port = await listening((_, response) => response.end('here'))
    const answers = [['127.0.0.1'], ['192.0.2.1']]
    let resolved = 0
    const resolve = async () => answers[resolved++]!.map(family)
    const { body } = await createOutgoing({ allow: loopback, resolve }).request(`http://keys.example:${port}/`)
    expect([body.toString(), resolved]).to.deep.equal(['here', 1])
  })

  it('follows no redirect', async () => {
    const port = await listening((_, response) => {
      response.writeHead(302, { Location: '/elsewhere' }).end()
    })
    const { status } = await createOutgoing({ allow: loopback }).request(`http://127.0.0.1:${port}/`)
    expect([status, asked]).to.deep.equal([302, 1])
  })

  it('ends with TOO_LARGE for an endless answer, and with TIMEOUT for a silent host or resolver', async () => {
    const endless = await listening((_, response) => {
      const write = () => {
        while (response.write('x'.repeat(10_000)));
      }
      response.on('drain', write)
      write()
    })
    const outgoing = createOutgoing({ allow: loopback })
    expect(await whyNot(outgoing.request(`http://127.0.0.1:${endless}/`))).to.equal('TOO_LARGE')
    const silent = await listening(() => {})
    const slow = await listening((_, response) => void response.write('x'))
    for (const port of [silent, slow])
      expect(await whyNot(outgoing.request(`http://127.0.0.1:${port}/`, { wait: 50 }))).to.equal('TIMEOUT')
    const resolve = () => new Promise<never>(() => {})
    const unanswered = createOutgoing({ allow: loopback, resolve }).request('https://keys.example/', { wait: 50 })
    expect(await whyNot(unanswered)).to.equal('TIMEOUT')
  })

  it('ends at once with status 101 and no body when the server switches protocols', async () => {
    const switching = createTcpServer(socket => {
      socket.on('error', () => {})
      const answer = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n'
      socket.once('data', () => socket.write(answer))
    })
    open.push({ close: () => switching.close() })
    await new Promise<void>(resolve => switching.listen(0, '127.0.0.1', resolve))
    const { port } = switching.address() as AddressInfo
    for (const most of [0, 100]) {
      const asked = createOutgoing({ allow: loopback }).request(`http://127.0.0.1:${port}/`, { most })
      const { status, body } = await asked
      expect([status, body.length]).to.deep.equal([101, 0])
    }
  })

  it('fails with UNREACHABLE for an answer that is not HTTP, and with UNKNOWN_HOST for an unknown name', async () => {
    const garbage = createTcpServer(socket => void socket.end('garbage'))
    open.push({ close: () => garbage.close() })
    await new Promise<void>(resolve => garbage.listen(0, '127.0.0.1', resolve))
    const { port } = garbage.address() as AddressInfo
    const outgoing = createOutgoing({ allow: loopback })
    expect(await whyNot(outgoing.request(`http://127.0.0.1:${port}/`))).to.equal('UNREACHABLE')
    expect(await whyNot(outgoing.request(`https://127.0.0.1:${port}/`))).to.equal('UNREACHABLE')
    const unknown = createOutgoing({ allow: loopback, resolve: () => Promise.reject(new Error('none')) })
    expect(await whyNot(unknown.request('https://keys.example/'))).to.equal('UNKNOWN_HOST')
  })
})

describe('the setting OUTGOING_ALLOW', () => {
  it('accepts hosts, addresses and networks', () => {
    expect(readOutgoingAllow('Keys.Internal., 10.0.0.0/8, 127.0.0.1, ::1, [fd00::1], fd00::/8')).to.deep.equal({
      hosts: ['keys.internal'],
      networks: ['10.0.0.0/8', '127.0.0.1/32', '::1/128', 'fd00::1/128', 'fd00::/8'],
    })
  })

  it('refuses anything else', () => {
    for (const value of [
      'a,,b',
      '10.0.0.0/33',
      '::/129',
      '999.1.1.1',
      '127.1',
      'https://a.example',
      'a:80',
      '*.a',
      'a b',
    ])
      expect(readOutgoingAllow(value), value).to.be.a('string')
  })
})
