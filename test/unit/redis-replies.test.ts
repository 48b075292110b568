import { expect } from 'chai'
import { requireSlots } from '../../server/storage/redis-clients.js'
import { RedisFailure } from '../../server/storage/redis-failure.js'
import { createReplyCheck } from '../../server/storage/redis-replies.js'

/** Whether the text passes, which must be the same in chunks of any size. */
function passes(text: string): boolean {
  const verdicts = [text.length, text.length > 10_000 ? 4_999 : 1, 7_001].map(size => {
    const check = createReplyCheck()
    try {
      for (let at = 0; at < text.length; at += size) check(Buffer.from(text.slice(at, at + size), 'latin1'))
      return true
    } catch (error) {
      if (!(error instanceof RedisFailure)) throw error
      return false
    }
  })
  expect(new Set(verdicts).size, JSON.stringify(text.slice(0, 50))).to.equal(1)
  return verdicts[0]!
}

describe('the check of Redis replies', () => {
  it('refuses replies that are too long, too deep or malformed, in chunks of any size', () => {
    const wrong = [
      ...[
        'HTTP/1.1 400\r\n',
        '%1\r\n',
        '\r\n',
        'OK\r\n',
        '$abc\r\n',
        '$-2\r\n',
        '*-7\r\n',
        ':\r\n',
        ':1.5\r\n',
        '+a\rb\r\n',
      ],
      ...['+OK\n', '*100001\r\n', '$99999999999\r\n', '$33554433\r\n', ':1\r\n:2\n'],
      ...['*1\r\n'.repeat(17), '$3\r\nabcd\r\n', `+${'x'.repeat(65_537)}`],
    ]
    for (const text of wrong) expect(passes(text), JSON.stringify(text.slice(0, 50))).to.equal(false)
    // More elements in nested arrays than one array may have.
    expect(passes(`*2\r\n${`*60000\r\n${':1\r\n'.repeat(60_000)}`.repeat(2)}`)).to.equal(false)
  })

  it('accepts valid replies, alone and one after the other', () => {
    const right = [
      ...['+OK\r\n', '-ERR no\r\n', ':-5\r\n', '$-1\r\n', '*-1\r\n', '*0\r\n', '$0\r\n\r\n', '$4\r\n\r\n\r\n\r\n'],
      '*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\n*1\r\n',
      '*2\r\n*2\r\n:1\r\n*0\r\n*1\r\n*1\r\n:1\r\n',
      `*1000\r\n${'$3\r\nabc\r\n'.repeat(1_000)}`,
    ]
    for (const text of right) expect(passes(text), text.slice(0, 50)).to.equal(true)
    expect(passes(right.join('').repeat(3))).to.equal(true)
    // The limit of elements is per reply.
    expect(passes(`*90000\r\n${':1\r\n'.repeat(90_000)}`.repeat(2))).to.equal(true)
  })
})

describe('the slot map of a Redis cluster', () => {
  it('is accepted only as ranges of valid slots whose nodes have a port', () => {
    const node = ['127.0.0.1', 7000, 'id', []]
    for (const wrong of [
      null,
      1,
      [null],
      [[]],
      [[0]],
      [[0, 16_384, node]],
      [[-1, 5, node]],
      [[0, 1e300, node]],
      [[0, 5, null]],
      [[0, 5, ['a']]],
    ])
      expect(() => requireSlots(wrong), JSON.stringify(wrong)).to.throw(RedisFailure)
    for (const right of [
      [],
      [[0, 16_383, node]],
      [
        [0, 5],
        [6, 9, node, node],
      ],
      'cluster_state:ok',
    ])
      expect(requireSlots(right)).to.equal(right)
  })
})
