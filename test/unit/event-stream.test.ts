// Server-sent events as the verifier reads them (WHATWG HTML §9.2).
import { expect } from 'chai'
import { createEventStream, type StreamEvent } from '../../server/verifier/event-stream.js'

/** The events of a text that arrives in chunks of that many bytes. */
function read(text: string, size = text.length, most?: number): StreamEvent[] {
  const events: StreamEvent[] = []
  const stream = createEventStream(event => events.push(event), most)
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) stream.push(bytes.subarray(at, at + size))
  return events
}

const event = (data: string, name = 'message', id: string | null = null) => ({ name, id, data })

describe('an event stream', () => {
  it('is refused with invalid UTF-8, or with an event over the size limit', () => {
    const stream = createEventStream(() => {})
    expect(() => stream.push(Uint8Array.of(0x64, 0xff, 0x0a))).to.throw(TypeError)
    expect(() => read(`data: ${'x'.repeat(100)}`, 7, 50)).to.throw(/too long/)
    expect(() => read('data: 1234567\n'.repeat(10), 7, 50)).to.throw(/too long/)
    expect(read('data: 1234567\n\n'.repeat(10), 7, 50)).to.have.length(10)
  })

  it('has the same events in chunks of any size', () => {
    const text =
      ': ping\n\nevent: log\nid: a1:5\ndata: {"ü":"€ 𝄞"}\n\ndata:a\ndata: b\r\n\r\nevent: reset\rdata\r\rid: 7\n\ndata: left'
    const expected = [event('{"ü":"€ 𝄞"}', 'log', 'a1:5'), event('a\nb'), event('', 'reset')]
    for (let size = 1; size < 30; size++) expect(read(text, size), String(size)).to.deep.equal(expected)
  })

  it('applies an id to its own event only, and ignores an id with a NUL', () => {
    expect(read('id: 1\ndata: a\n\ndata: b\n\nid: 2\0\ndata: c\n\n')).to.deep.equal([
      event('a', 'message', '1'),
      event('b'),
      event('c'),
    ])
  })

  it('is read in under 5 s when an event of 1 MB arrives in chunks of 16 bytes', () => {
    const text = `data: ${'x'.repeat(1_000_000)}\n\n`
    const startedAt = performance.now()
    expect(read(text, 16)).to.have.length(1)
    expect(performance.now() - startedAt).to.be.below(5_000)
  })
})
