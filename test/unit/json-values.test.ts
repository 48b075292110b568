import { expect } from 'chai'
import { Failure, WrongUse } from '../../server/commands/failures.js'
import { jsonValues } from '../../server/commands/json-values.js'

async function* piecesOf(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size)
}

async function read(text: string, size = 7): Promise<string[]> {
  const found: string[] = []
  for await (const { number, text: value } of jsonValues(piecesOf(text, size))) {
    found.push(value)
    expect(number).to.equal(found.length)
  }
  return found
}

async function failure(text: string, size?: number): Promise<unknown> {
  return read(text, size).then(
    () => null,
    error => error,
  )
}

describe('the objects of a file', () => {
  const rows = [{ a: 1 }, { b: { c: ['}', '{', '"', '\\'] } }, { d: 'a "quoted\\" brace }' }, {}]

  it('are the same as an array on one line, as one of many lines, and one a line, however it is cut', async () => {
    const texts = [JSON.stringify(rows), JSON.stringify(rows, null, 2), rows.map(row => JSON.stringify(row)).join('\n')]
    for (const text of [...texts, `\ufeff${texts[0]}\r\n`])
      for (const size of [1, 2, 3, 7, 1_000])
        expect(
          (await read(text, size)).map(one => JSON.parse(one)),
          `${size}`,
        ).to.deep.equal(rows)
  })

  it('may be none', async () => {
    for (const text of ['', '[]', '[\n]\n', '\n']) expect(await read(text)).to.deep.equal([])
  })

  it('are refused before the first where the file is something else', async () => {
    for (const text of ['hello', '7', '[1]', '"{}"', '[[{}]]', 'null', '<html>'])
      expect(await failure(text), text).to.be.instanceOf(WrongUse)
  })

  it('are told to break off, or to have no end', async () => {
    for (const text of ['[{"a":1},{"b"', '[{"a":1}', '{"a":"', '{"a":1}]', '[{"a":1}] {"b":2}', '{"a":1} x'])
      expect(await failure(text), text).to.be.instanceOf(Failure)
    const endless = `[{"a":1},{"b":"${'x'.repeat(1_200_000)}`
    expect(String(await failure(endless, 65_536))).to.match(/row 2 does not end/)
  })
})
