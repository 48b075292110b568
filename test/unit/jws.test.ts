import { expect } from 'chai'
import { encodePart, readCompact, writeCompact } from '../../server/protocol/jws.js'

const header = { alg: 'HS256', typ: 'rt+jwt' }
const claims = { sub: '7' }
const part = (text: string) => Buffer.from(text).toString('base64url')
const compact = (head: string, body: string, tail = 'AA') => `${head}.${body}.${tail}`
const reject = (token: string, code = 'token_malformed') =>
  expect(() => readCompact(token), token.slice(0, 60))
    .to.throw()
    .with.property('code', code)

describe('a compact JWS', () => {
  it('is refused unless it has three parts of canonical base64url', () => {
    const [head, body] = [encodePart(header), encodePart(claims)]
    for (const token of ['', '.', '..', 'a', `${head}.${body}`, `${compact(head, body)}.`, `.${compact(head, body)}`])
      reject(token)
    for (const tail of ['AA==', 'AA=', 'AB', 'A', 'A A', '!!', '+/+/', 'AA\n', ' AA', 'ÄÄ'])
      reject(compact(head, body, tail))
    reject(compact(`${head}=`, body))
    reject(compact(head, `${body}\t`))
  })

  it('is refused unless its parts are JSON objects in UTF-8 without duplicate members', () => {
    const head = encodePart(header)
    for (const text of [
      '',
      'null',
      '[]',
      '1',
      '"a"',
      '{',
      '{"a":1,"a":2}',
      '\ufeff{}',
      `{"a":${'['.repeat(50)}${']'.repeat(50)}}`,
    ]) {
      reject(compact(head, part(text)))
      reject(compact(part(text), encodePart(claims)))
    }
    reject(compact(head, Buffer.from('{"a":"\xff"}', 'latin1').toString('base64url')))
  })

  it('is refused with alg none or without alg, and with crit, cty, b64 or zip', () => {
    for (const alg of ['none', 'None', 'NONE', undefined, null, 1, ['HS256']])
      reject(compact(encodePart({ ...header, alg }), encodePart(claims)), 'token_algorithm')
    for (const member of ['crit', 'cty', 'b64', 'zip'])
      reject(compact(encodePart({ ...header, [member]: null }), encodePart(claims)))
  })

  it('is at most 8 KiB long', () => {
    const token = (length: number) => compact(encodePart(header), encodePart(claims), 'A'.repeat(length))
    const most = 8_192 - token(0).length
    expect(readCompact(token(most - (most % 4))).claims).to.deep.equal(claims)
    reject(token(most + 4))
  })

  it('is read as it was written', () => {
    const token = writeCompact(encodePart(header), { ...claims, name: 'Zoé 𝐚' }, input =>
      Buffer.from(input).subarray(0, 9),
    )
    const read = readCompact(token)
    expect(read.header).to.deep.equal(header)
    expect(read.claims).to.deep.equal({ sub: '7', name: 'Zoé 𝐚' })
    expect(read.input).to.equal(token.slice(0, token.lastIndexOf('.')))
    expect(read.signature.toString()).to.equal(read.input.slice(0, 9))
  })
})
