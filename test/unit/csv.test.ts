import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect } from 'chai'
import { csvOf } from '../../server/http/admin/csv.js'

type Row = { name: string; count: number | null }
const columns = { name: (row: Row) => row.name, count: (row: Row) => row.count }

async function* rows(...all: Row[]) {
  yield* all
}

/** The text with its byte order mark, which a decoder would drop. */
const text = async (stream: Readable) => (await buffer(stream)).toString()

describe('a list exported as CSV', () => {
  it('escapes cells that a spreadsheet would run as a formula', async () => {
    const names = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '=HYPERLINK("http://x","y")']
    const csv = await text(csvOf(columns, rows(...names.map(name => ({ name, count: 1 })))))
    for (const line of csv.slice(1).split('\r\n').slice(1, -1)) expect(line).to.match(/^"?'/)
  })

  it('keeps quotes, commas, line breaks and non-Latin letters in their cells', async () => {
    const csv = await text(
      csvOf(columns, rows({ name: 'a "b", c\nd', count: null }, { name: 'Анна Gʻayrat', count: 3 })),
    )
    expect(csv).to.equal('\ufeffname,count\r\n"a ""b"", c\nd",\r\nАнна Gʻayrat,3\r\n')
  })

  it('escapes formulas behind a comma, semicolon or tab within a cell, for any separator', async () => {
    const names = ['a;=1+1', 'a; +1+cmd', 'a,@SUM(A1)', 'a\t-1+cmd|x', 'a;-2+3']
    for (const separator of ['comma', 'semicolon', 'tab'] as const) {
      const csv = await text(
        csvOf(columns, rows(...names.map(name => ({ name, count: 1 }))), { separator, zone: null }),
      )
      for (const line of csv.slice(1).split('\r\n').slice(1, -1)) expect(line, line).to.match(/[;,\t]\s*'[=+@-]/)
    }
    // Negative numbers in JSON stay as they are.
    const json = '{"a":-1,"b":[2,-3.5]}'
    expect(
      await text(csvOf(columns, rows({ name: json, count: 1 }), { separator: 'semicolon', zone: null })),
    ).to.include('"{""a"":-1,""b"":[2,-3.5]}";1')
  })

  it('uses the requested separator, and has local times next to those in UTC', async () => {
    const timed = { name: (row: Row) => row.name, seen: { at: (row: Row) => row.count } }
    const some = [
      { name: 'a;b', count: Date.parse('2026-01-31T20:30:05Z') },
      { name: 'c,d', count: null },
    ]
    const csv = await text(csvOf(timed, rows(...some), { separator: 'semicolon', zone: 'Asia/Tashkent' }))
    expect(csv).to.equal(
      '\ufeffname;seen;seen (Asia/Tashkent)\r\n"a;b";2026-01-31T20:30:05.000Z;2026-02-01 01:30:05\r\nc,d;;\r\n',
    )
    expect(await text(csvOf(timed, rows(...some)))).to.include('name,seen\r\na;b,2026-01-31T20:30:05.000Z\r\n"c,d",')
  })

  it('has a header line even without rows', async () => {
    expect(await text(csvOf(columns, rows()))).to.equal('\ufeffname,count\r\n')
  })

  it('reads rows no faster than they are consumed, and stops when the stream is destroyed', async () => {
    let read = 0
    let end = () => {}
    const over = new Promise<void>(resolve => {
      end = resolve
    })
    async function* endless() {
      try {
        for (;;) yield { name: `n${read++}`, count: 1 }
      } finally {
        end()
      }
    }
    const stream = csvOf(columns, endless())
    for await (const chunk of stream) {
      expect(String(chunk)).to.include('n0')
      break
    }
    expect(read).to.be.below(5_000)
    await over
    expect(stream.destroyed).to.equal(true)
  })

  it('fails when reading the rows fails, instead of ending like a complete file', async () => {
    async function* failing() {
      yield { name: 'a', count: 1 }
      throw new Error('away')
    }
    const failed = await text(csvOf(columns, failing())).catch((error: Error) => error.message)
    expect(failed).to.equal('away')
  })
})
