import { expect } from 'chai'
import { JsonError, parseStrictJson } from '../../server/protocol/json.js'

const reject = (text: string, depth?: number) => expect(() => parseStrictJson(text, depth)).to.throw(JsonError)

describe('the strict JSON parser', () => {
  it('refuses a duplicate member in any spelling and at any depth', () => {
    for (const text of [
      '{"a":1,"a":2}',
      '{"a":1,"\\u0061":2}',
      '{"\\u0061":1,"a":2}',
      '{"":1,"":2}',
      '{"a":1,"b":{"c":[{"d":1,"d":1}]}}',
      '{"a":{"a":1},"a":2}',
      '{"a" : 1 , "a"\n:2}',
      '{"__proto__":1,"__proto__":2}',
      '{"\\"":1,"\\u0022":2}',
    ])
      reject(text)
  })

  it('refuses nesting beyond the maximum depth, and accepts it up to there', () => {
    expect(parseStrictJson('[[[1]]]', 3)).to.deep.equal([[[1]]])
    reject('[[[[1]]]]', 3)
    reject('{"a":[{"b":[1]}]}', 3)
    reject('['.repeat(200_000))
    expect(parseStrictJson(`[${'[],'.repeat(5_000)}[]]`, 2)).to.have.length(5_001)
  })

  it('refuses an object with more than 1,000 members, and accepts one with 1,000', () => {
    const object = (count: number) => `{${Array.from({ length: count }, (_, n) => `"m${n}":1`).join()}}`
    reject(object(1_001))
    reject(`{"a":[${object(1_001)}]}`)
    expect(parseStrictJson(object(1_000))).to.include({ m999: 1 })
    expect(parseStrictJson(`[${object(1_000)},${object(1_000)}]`)).to.have.length(2)
  })

  it('refuses what JSON.parse refuses', () => {
    for (const text of [
      '',
      ' ',
      '{',
      '}',
      '{]',
      '[}',
      '{"a"}',
      '{"a":}',
      "{'a':1}",
      '{"a":1,}',
      '[1,]',
      'NaN',
      '01',
      '"\n"',
    ])
      reject(text)
    for (const text of ['"', '"\\', '"\\"', '"\\u12"', '{"a', '\ufeff{}', '{}{}', '{"a":1}x', 'undefined', '// a\n1'])
      reject(text)
  })

  it('reads everything else as JSON.parse does', () => {
    for (const text of [
      '{"a":1,"A":2,"\\u00e1":3,"a\\u0301":4}',
      '{"a":{"a":{"a":1}},"b":{"a":2}}',
      '{"a":"a","b":"\\"a\\":1,{[}]"}',
      '["a","a",{"a":"a"}]',
      '"{\\"a\\":1,\\"a\\":2}"',
      ' null ',
      '-1.5e-7',
      '{"\\\\":1,"\\\\\\"":2,"x":"\\\\"}',
      '{"a":"\\ud800"}',
    ])
      expect(parseStrictJson(text)).to.deep.equal(JSON.parse(text))
  })

  it('keeps __proto__ as an ordinary member', () => {
    const value = parseStrictJson('{"__proto__":{"polluted":true}}') as object
    expect(Object.hasOwn(value, '__proto__')).to.equal(true)
    expect((value as { polluted?: unknown }).polluted).to.equal(undefined)
  })

  it('repeats no value in its error message, and shortens a long member name', () => {
    const secret = 's3cret'
    for (const text of [`{"a":"${secret}","a":1}`, `{"a":"${secret}"`])
      expect(() => parseStrictJson(text))
        .to.throw(JsonError)
        .that.satisfies((error: Error) => !error.message.includes(secret))
    const long = 'n'.repeat(1_000)
    expect(() => parseStrictJson(`{"${long}":1,"${long}":1}`))
      .to.throw()
      .with.property('message')
      .with.length.below(80)
  })

  it('refuses hostile text of 200,000 repetitions in under a second', () => {
    const cost = (text: string) => {
      const begun = performance.now()
      reject(text)
      return performance.now() - begun
    }
    for (const piece of ['\\"', '"', '\\', '"a":', '{', '"\\\\']) {
      expect(cost(`"${piece.repeat(200_000)}`), piece).to.be.below(1_000)
    }
  })
})
