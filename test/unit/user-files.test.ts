// Import files of users, read in chunks of any size; and role names made of the group names in them.
import { expect } from 'chai'
import { csvRows } from '../../server/commands/csv-rows.js'
import { jsonRows } from '../../server/commands/json-rows.js'
import { readUser } from '../../server/commands/user-fields.js'
import { escapeCell, unescapeCell } from '../../server/policy/csv-cells.js'
import { rolesOfGroups } from '../../server/policy/group-roles.js'
import { builtInRoles, isRoleName, ownPermissions } from '../../server/policy/permissions.js'
import { roleNameOf, uniqueRoleName } from '../../server/policy/role-names.js'
import type { Refusal } from '../../server/protocol/errors.js'

async function* inPieces(text: string, size: number) {
  for (let from = 0; from < text.length; from += size) yield text.slice(from, from + size)
}

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const row of rows) found.push(row)
  return found
}

const jsonIn = (text: string, size = 1) => all(jsonRows(inPieces(text, size)))

/** The message of the error, empty without one. */
const problemOf = (work: Promise<unknown>) =>
  work.then(
    () => '',
    (error: Error) => error.message,
  )

describe('a user of a JSON file', () => {
  it('is refused with unknown fields, whatever their names', () => {
    const fieldsOf = (text: string) => {
      try {
        return readUser(JSON.parse(text))
      } catch (error) {
        return Object.keys((error as Refusal).details.fields!)
      }
    }
    expect(fieldsOf('{"username":"amy"}')).to.deep.equal({ username: 'amy' })
    for (const name of ['is_activ', '__proto__', 'constructor', 'toString'])
      expect(fieldsOf(`{"username":"amy","${name}":1}`), name).to.deep.equal([name])
  })
})

describe('rows of a JSON file', () => {
  const rows = ['{"a": "x, ] } [ { \\" \\\\"}', '[1, [2, {"b": []}]]', 'NaN', '', '"text"', ' {"c":\n1}\n']

  it('are refused when the array is cut off, broken or followed by other text', async () => {
    for (const [text, said] of [
      ['[{"a": 1}', /does not end/],
      ['[{"a": 1}, {"b": "x', /does not end/],
      ['[', /does not end/],
      ['[{"a": 1}}, {"b": 2}]', /broken at row 1/],
      ['[{"a": 1}] [', /behind its end/],
    ] as const)
      for (const size of [1, 3, 1_000]) expect(await problemOf(jsonIn(text, size)), text).to.match(said)
  })

  it('are read from an array one by one in chunks of any size, an invalid row by itself', async () => {
    for (const size of [1, 2, 5, 1_000]) {
      const found = await jsonIn(` [${rows.join(',')}] \n`, size)
      expect(found.map(({ text }) => text)).to.deep.equal(rows)
      expect(found.map(({ kind, number }) => `${kind} ${number}`)).to.deep.equal(rows.map((_, at) => `row ${at + 1}`))
    }
    expect(await jsonIn('[]')).to.deep.equal([])
    expect(await jsonIn(' [ \n ] ')).to.deep.equal([])
  })

  it('are read from lines with their line numbers, without blank lines', async () => {
    for (const size of [1, 4, 1_000])
      expect(await jsonIn('\n{"a":1}\n\n{"b":2}', size)).to.deep.equal([
        { kind: 'line', number: 2, text: '{"a":1}' },
        { kind: 'line', number: 4, text: '{"b":2}' },
      ])
    expect(await jsonIn('')).to.deep.equal([])
  })
})

describe('rows of a CSV file', () => {
  const csvIn = (text: string, size = 1_000) => all(csvRows(inPieces(text, size), () => {}))

  it('are refused without a header line, and with a duplicate or unnamed column', async () => {
    for (const [text, said] of [
      ['', /no head/],
      ['a,b,a\n1,2,3', /a twice/],
      ['a,,b,\n1,2,3,4', /without a name/],
    ] as const)
      expect(await problemOf(csvIn(text)), text).to.match(said)
  })

  it('are read with the separator of the header line, any line end and a byte order mark', async () => {
    const expected = [
      { line: 2, cells: { a: 'x;y,z\tw "q"' } },
      { line: 3, cells: { b: '2' } },
    ]
    for (const separator of [',', ';', '\t'])
      for (const end of ['\n', '\r\n'])
        for (const size of [1, 1_000]) {
          const text = `\ufeffa${separator}b${end}"x;y,z\tw ""q"""${separator}${end}${separator}2${end}${end}`
          expect(await csvIn(text, size), JSON.stringify(text)).to.deep.equal(expected)
        }
  })

  it('are reported one by one for too many cells, and as a whole file for an unclosed quote', async () => {
    const found = await csvIn('a,b\n1,2\n1,2,3\n"x"y,2\n3,"4"\n')
    expect(found.map(({ cells }) => cells)).to.deep.equal([
      { a: '1', b: '2' },
      null,
      { a: '"x"y', b: '2' },
      { a: '3', b: '4' },
    ])
    expect(found.map(({ line }) => line)).to.deep.equal([2, 3, 4, 5])
    expect(await problemOf(csvIn('a,b\n1,"2\n3,4\n'))).to.match(/cannot be read as CSV: Quote Not Closed.* line/)
  })
})

describe('a CSV cell', () => {
  it('is no spreadsheet formula once escaped, and the same text again once unescaped', () => {
    const signs = ["'", '=', '+', '-', '@', '\t', '\r', '\n', ',', ';', ' ', '1', 'x', '＝', '.']
    const texts = ['', '=1', "'=1", "''-1", 'a;=1', "a,'@x", '-5', '1,-2.5', "o'Brien", "'t Hooft", 'a\t\t+1']
    for (const a of signs)
      for (const b of signs) for (const c of signs) for (const d of signs) texts.push(a + b + c + d)
    for (const text of texts) {
      const escaped = escapeCell(text)
      expect(escaped, JSON.stringify(text)).not.to.match(/^[=+\-@\t\r＝]|[,;\t] *[=+@]/)
      expect(unescapeCell(escaped), JSON.stringify(text)).to.equal(text)
    }
  })
})

describe('a role made from an imported group', () => {
  it('has a valid role name that is derived from the group name', () => {
    for (const [group, role] of [
      ['editors', 'editors'],
      ['Shop Managers', 'shop-managers'],
      ['Операторы', 'operatory'],
      ['Ёлки и щи', 'elki-i-shchi'],
      ['Oʻqituvchilar', 'oqituvchilar'],
      ['  Café (North) ', 'cafe-north'],
      ['3rd line', 'group-3rd-line'],
      ['x'.repeat(100), 'x'.repeat(40)],
      ['__init__', 'init'],
    ] as const)
      expect(roleNameOf(group), group).to.equal(role)
    for (const group of ['店員', '', '!', 'A'.repeat(300), '-'.repeat(50), 'constructor', '__proto__', '٣', 'ﬃ'])
      for (const name of [roleNameOf(group), uniqueRoleName(group)])
        expect(isRoleName(name), `${group}: ${name}`).to.equal(true)
    expect(roleNameOf('店員')).not.to.equal(roleNameOf('店長'))
  })

  const there = [
    ...Object.entries(builtInRoles).map(([name, permissions]) => ({ name, permissions, builtIn: true })),
    { name: 'helpdesk', permissions: ['darvoza:users:read', 'orders:read'], builtIn: false },
    { name: 'editors', permissions: ['blog.add_post', 'orders:write'], builtIn: false },
  ]
  const plan = (...groups: { name: string; permissions?: string[] }[]) =>
    rolesOfGroups(
      groups.map(group => ({ permissions: [], ...group })),
      there,
    )

  it('is never an existing role with permissions of this server, and gets no such permission', () => {
    const names = ['admin', 'Admin', 'support', 'AUDITOR', 'helpdesk', 'Help desk', 'group-admin']
    const own = [...Object.keys(ownPermissions), 'darvoza:everything']
    for (const made of plan(...names.map(name => ({ name, permissions: [...own, 'blog.add_post'] })))) {
      expect(made.outcome, made.group).to.equal('made')
      expect(there.map(role => role.name)).not.to.include(made.role)
      expect(made.permissions).to.deep.equal(['blog.add_post'])
      expect(made.leftOut).to.have.members(own)
    }
  })

  it('has a name of its own when group names are similar, in whichever order they come', () => {
    const groups = [{ name: 'Shop Team' }, { name: 'shop-team' }, { name: 'SHOP TEAM' }]
    const names = plan(...groups).map(made => made.role)
    expect(names[1]).to.equal('shop-team')
    expect(new Set(names).size).to.equal(3)
    expect(plan(...groups.toReversed()).map(made => made.role)).to.deep.equal(names.toReversed())
  })

  it('is left unchanged when it exists, with its further permissions reported; over 500 it is refused', () => {
    expect(plan({ name: 'Editors', permissions: ['blog.add_post'] })[0]).to.deep.include({
      role: 'editors',
      outcome: 'there',
      beyond: ['orders:write'],
    })
    const many = Array.from({ length: 501 }, (_, at) => `blog.p${at}`)
    expect(plan({ name: 'all', permissions: many })[0]!.outcome).to.equal('too_many_permissions')
  })
})
