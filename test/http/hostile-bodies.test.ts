// Malformed and oversized request bodies. Each gets an error in JSON, changes nothing, and stalls no other request.
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { calmly } from '../support/calm.js'
import { aClient } from '../support/client.js'
import { sendRaw } from '../support/raw.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'

const paths = ['/api/token/', '/api/token/refresh/', '/api/token/verify/', '/api/token/blacklist/']
const json = 'application/json'
const form = 'application/x-www-form-urlencoded'
const multipart = 'multipart/form-data; boundary=b'

type Hostile = { what: string; type?: string; headers?: Record<string, string>; body: string | Uint8Array<ArrayBuffer> }

/** Sends each body to each endpoint and expects one of these statuses, no change, and no stall. */
async function expectRefused(server: TestServer, statuses: number[], bodies: Hostile[]): Promise<void> {
  const client = aClient(server)
  await client.post('/api/token/', { username: 'nobody', password })
  const before = await snapshotOf(server)
  for (const { what, type = json, headers, body } of bodies) {
    await calmly(async () => {
      for (const path of paths) {
        const answer = await client.send('POST', path, { body, headers: { 'Content-Type': type, ...headers } })
        expect(answer.status, `${what} at ${path}: ${answer.text.slice(0, 200)}`).to.be.oneOf(statuses)
        expect(answer.body, what).to.be.an('object').that.is.not.empty
      }
    })
  }
  expect(await snapshotOf(server)).to.equal(before)
  await client.signIn({ username: 'admin', password })
}

const part = (name: string, value: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))
const credentials = `"username":"admin","password":"${password}"`

describe('hostile request body', () => {
  it('with a duplicate member is refused with 400 in JSON, form and multipart, also if escaped', async () => {
    await expectRefused(
      await aServer(),
      [400],
      [
        { what: 'twice', body: `{${credentials},"password":"b"}` },
        { what: 'escaped', body: `{${credentials},"\\u0070assword":"b"}` },
        { what: 'escaped in all its letters', body: '{"a":1,"\\u0061":2}' },
        { what: 'deeper', body: `{${credentials},"x":{"a":1,"a":2}}` },
        { what: 'between others', body: '{"token":"a","refresh":"b","c":[{}],"token":"d"}' },
        { what: 'form', type: form, body: 'username=admin&password=a&username=admin' },
        { what: 'escaped form', type: form, body: 'username=admin&password=a&%75sername=admin' },
        { what: 'multipart', type: multipart, body: `${part('username', 'a')}${part('username', 'b')}--b--\r\n` },
      ],
    )
  })

  it('with thousands of nested objects or arrays is refused with 400 or 413', async () => {
    await expectRefused(
      await aServer(),
      [400, 413],
      [
        { what: '10,000 objects', body: `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}` },
        { what: '10,000 objects, never closed', body: '{"a":'.repeat(10_000) },
        { what: '60,000 arrays', body: '['.repeat(60_000) },
        { what: '200 kB of [', body: '['.repeat(200_000) },
        { what: '30,000 arrays in a field', body: `{"username":${'['.repeat(15_000)}${']'.repeat(15_000)}}` },
      ],
    )
  })

  it('of 1 MB is refused with 413', async () => {
    const field = JSON.stringify({ username: 'a'.repeat(1_000_000), password, token: 'x', refresh: 'x' })
    await expectRefused(
      await aServer(),
      [413],
      [
        { what: 'JSON', body: field },
        { what: 'form', type: form, body: `username=${'a'.repeat(1_000_000)}` },
        { what: 'multipart', type: multipart, body: `${part('username', 'a'.repeat(1_000_000))}--b--\r\n` },
        { what: 'of a type that is not read anyway', type: 'text/plain', body: 'a'.repeat(1_000_000) },
      ],
    )
  })

  it('below the size limit but expensive to parse is refused without stalling the server', async () => {
    const fill = (text: string, size = 60_000) => text.repeat(Math.floor(size / text.length))
    await expectRefused(
      await aServer(),
      [400, 401],
      [
        { what: 'an open string of escaped quotes', body: `"${fill('\\"')}` },
        { what: 'an open string of backslashes', body: `"${fill('\\')}` },
        { what: 'quotes', body: fill('"') },
        { what: 'colons', body: fill(':') },
        { what: 'empty objects', body: `[${fill('{},')}{}]` },
        { what: 'many members', body: `{${Array.from({ length: 6_000 }, (_, n) => `"m${n}":1`).join()}}` },
        { what: 'a long name', body: `{"${fill('a')}":1}` },
        { what: 'long digits', body: `{"username":${fill('9')}}` },
        {
          what: 'a long username',
          body: JSON.stringify({ username: fill('é', 30_000), password, token: 'a', refresh: 'a' }),
        },
        { what: 'a username of white space', body: JSON.stringify({ username: `a${fill(' ')}b`, password }) },
        {
          what: 'a token of dots',
          body: JSON.stringify({ username: 'a', token: fill('.', 30_000), refresh: fill('.', 30_000) }),
        },
        { what: 'empty pairs', type: form, body: fill('&') },
        { what: 'equal signs', type: form, body: fill('=') },
        { what: 'pluses', type: form, body: `username=${fill('+')}` },
        { what: 'escapes', type: form, body: `username=${fill('%41')}&password=a&token=a&refresh=a` },
        { what: 'many fields', type: form, body: Array.from({ length: 8_000 }, (_, n) => `f${n}`).join('&') },
        {
          what: 'many parts',
          type: multipart,
          body: `${Array.from({ length: 800 }, (_, n) => part(`f${n}`, '')).join('')}--b--`,
        },
        { what: 'dashes', type: multipart, body: fill('--b') },
        { what: 'half boundaries', type: multipart, body: fill('\r\n--') },
        { what: 'a header without end', type: multipart, body: `--b\r\nContent-Disposition: ${fill('a;')}` },
        { what: 'many headers', type: multipart, body: `--b\r\n${fill('a: b\r\n')}` },
        {
          what: 'a name of quotes',
          type: multipart,
          body: `--b\r\nContent-Disposition: form-data; name="${fill('\\"')}`,
        },
      ],
    )
  })

  it('with 1,001 form fields is refused with 400, with 1,000 it is accepted', async () => {
    const server = await aServer()
    const fields = (count: number) => Array.from({ length: count }, (_, n) => `f${n}=1`).join('&')
    const send = (path: string, body: string) =>
      aClient(server).send('POST', path, { body, headers: { 'Content-Type': form } })
    const refused = await send('/api/token/', fields(1_001))
    expect([refused.status, refused.body.detail]).to.deep.equal([400, 'Form parse error - more than 1000 fields'])
    expect((await send('/oauth/token', fields(1_001))).body).to.include({ error: 'invalid_request' })
    const signedIn = await send('/api/token/', `${fields(998)}&username=admin&password=${encodeURIComponent(password)}`)
    expect(signedIn.status, signedIn.text).to.equal(200)
  })

  it('with invalid UTF-8, NUL bytes or bad percent escapes is refused with 400', async () => {
    await expectRefused(
      await aServer(),
      [400],
      [
        {
          what: 'invalid UTF-8 in JSON',
          body: bytes('{"username":"a\xff","password":"b","token":"\xff","refresh":"\xff"}'),
        },
        { what: 'a surrogate in UTF-8', body: bytes('{"username":"\xed\xa0\x80"}') },
        { what: 'overlong UTF-8', body: bytes('{"username":"\xc0\xaf"}') },
        { what: 'UTF-16', body: new Uint8Array(Buffer.from('{"username":"a"}', 'utf16le')) },
        { what: 'NUL bytes', body: bytes('\0\0\0\0') },
        { what: 'a NUL byte in a string', body: bytes('{"username":"a\0b"}') },
        { what: 'NUL in a form', type: form, body: 'username=a%00b&password=b&token=%00&refresh=%00' },
        { what: 'invalid UTF-8 in a form', type: form, body: 'username=%ff&password=b&token=%ff&refresh=%ff' },
        { what: 'a bad escape in a form', type: form, body: 'username=%zz&password=b&token=%&refresh=%1' },
        { what: 'random bytes', body: new Uint8Array(Buffer.from('9f8e7d6c5b4a39281706f5e4d3c2b1a0', 'hex')) },
      ],
    )
  })

  it('with members such as __proto__ or constructor is refused with 400 and pollutes no prototype', async () => {
    await expectRefused(
      await aServer(),
      [400],
      [
        { what: '__proto__', body: `{"__proto__":{${credentials},"token":"a","refresh":"a"}}` },
        { what: 'escaped __proto__', body: '{"\\u005f_proto__":{"polluted":true}}' },
        { what: 'constructor', body: '{"constructor":{"prototype":{"polluted":true}}}' },
        { what: 'methods', body: '{"toString":1,"valueOf":1,"hasOwnProperty":1,"toJSON":1,"then":1,"length":1}' },
        {
          what: '__proto__ in a form',
          type: form,
          body: '__proto__=a&__proto__[polluted]=1&constructor[prototype][polluted]=1',
        },
        {
          what: '__proto__ in a part',
          type: multipart,
          body: `${part('__proto__', 'a')}${part('constructor', 'b')}--b--\r\n`,
        },
        { what: 'brackets', type: form, body: 'username[]=admin&password[a]=b&token[]=a&refresh[0]=b' },
      ],
    )
    expect(({} as { polluted?: unknown }).polluted).to.equal(undefined)
  })

  it('with a compression bomb or unsupported Content-Encoding is refused with 400, 413 or 415', async () => {
    const zeros = Buffer.alloc(20_000_000, '0')
    const pack = (packed: Buffer) => new Uint8Array(packed)
    const small = Buffer.from('{}')
    await expectRefused(
      await aServer(),
      [400, 413, 415],
      [
        { what: 'gzip bomb', body: pack(gzipSync(zeros)), headers: { 'Content-Encoding': 'gzip' } },
        { what: 'deflate bomb', body: pack(deflateSync(zeros)), headers: { 'Content-Encoding': 'deflate' } },
        { what: 'brotli bomb', body: pack(brotliCompressSync(zeros)), headers: { 'Content-Encoding': 'br' } },
        { what: 'packed twice', body: pack(gzipSync(gzipSync(small))), headers: { 'Content-Encoding': 'gzip, gzip' } },
        { what: 'not packed at all', body: '{}', headers: { 'Content-Encoding': 'gzip' } },
        { what: 'cut off', body: pack(gzipSync(zeros).subarray(0, 60)), headers: { 'Content-Encoding': 'gzip' } },
        { what: 'bogus', body: '{}', headers: { 'Content-Encoding': 'bogus' } },
        { what: '__proto__', body: '{}', headers: { 'Content-Encoding': '__proto__' } },
      ],
    )
  })

  it('with an unsupported or incomplete Content-Type is refused with 400 or 415', async () => {
    const types = ['__proto__', 'constructor', 'application/', '/', ';', 'application/json/x', 'multipart/form-data']
    await expectRefused(
      await aServer(),
      [400, 415],
      [...types, 'multipart/form-data; boundary=', `multipart/form-data; boundary=${'b'.repeat(5_000)}`].map(type => ({
        what: type,
        type,
        body: '{}',
      })),
    )
  })

  it('with a wrong Content-Length or Transfer-Encoding is refused with 400 or 413', async () => {
    const server = await aServer()
    const head = (...more: string[]) => [
      'POST /api/token/ HTTP/1.1',
      'Host: localhost',
      `Content-Type: ${json}`,
      ...more,
    ]
    const before = await snapshotOf(server)
    for (const length of ['3', '-1', 'abc', '0x10', '1e3', '99999999999999999999']) {
      const answer = await sendRaw(server, head(`Content-Length: ${length}`), `{${credentials}}`)
      expect(answer.status, length).to.be.oneOf([400, 413])
    }
    const twice = await sendRaw(server, head('Content-Length: 3', 'Content-Length: 4'), '{}')
    const both = await sendRaw(server, head('Content-Length: 2', 'Transfer-Encoding: chunked'), '0\r\n\r\n')
    const badChunk = await sendRaw(server, head('Transfer-Encoding: chunked'), 'zz\r\n{}\r\n0\r\n\r\n')
    for (const answer of [twice, both, badChunk]) expect(answer.status).to.equal(400)
    const endless = await sendRaw(
      server,
      head('Transfer-Encoding: chunked'),
      `${`1000\r\n${'a'.repeat(4_096)}\r\n`.repeat(30)}`,
    )
    expect(endless.status).to.equal(413)
    expect(await snapshotOf(server)).to.equal(before)
    await aClient(server).signIn({ username: 'admin', password })
  })

  it('with random bytes changed, cut or doubled gets 400 or 401, never 500', async () => {
    const server = await aServer()
    const client = aClient(server)
    const good: [type: string, body: string][] = [
      [json, JSON.stringify({ username: 'a', password: 'é', token: 'a.b.c', refresh: 'a.b.c' })],
      [form, 'username=a&password=%C3%A9&token=a.b.c&refresh=a.b.c'],
      [
        multipart,
        `${part('username', 'a')}${part('password', 'é')}${part('token', 'a.b.c')}${part('refresh', 'x')}--b--\r\n`,
      ],
    ]
    // A fixed seed: the same bytes in every run, so that a failure can be reproduced.
    let state = 20_260_105
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
      return (state >>> 8) % below
    }
    const dear = Buffer.from('\0\r\n"\\{}[]:,=&%-;\xff')
    for (let round = 0; round < 450; round++) {
      const [type, text] = good[round % good.length]!
      let body = Buffer.from(text)
      for (let change = random(4); change >= 0; change--) {
        const at = random(body.length)
        const until = Math.min(body.length, at + random(30))
        const kind = random(3)
        if (kind === 0) body[at] = dear[random(dear.length)]!
        else if (kind === 1) body = Buffer.concat([body.subarray(0, at), body.subarray(until)])
        else body = Buffer.concat([body.subarray(0, until), body.subarray(at)])
        if (body.length === 0) body = Buffer.from(' ')
      }
      const headers = { 'Content-Type': type }
      const answer = await client.send('POST', paths[random(paths.length)]!, { headers, body: new Uint8Array(body) })
      expect(answer.status, JSON.stringify(body.toString('latin1'))).to.be.oneOf([400, 401])
    }
    await client.signIn({ username: 'admin', password })
  })
})
