// Configuration files as they are read: invalid YAML, and values that YAML would read as another type.
import { expect } from 'chai'
import { readConfiguration } from '../../server/commands/configuration-file.js'
import { writeConfiguration } from '../../server/commands/configuration-writing.js'
import type { PublicApplication } from '../../server/identity/applications/public-application.js'
import { firstPolicy } from '../../server/policy/policies.js'

const read = (text: string) => {
  const { wanted, problems, positioned } = readConfiguration(text, name => ({ problem: `${name} is not set` }))
  const lines = positioned(problems).map(one => `${one.line}:${one.column} ${one.path}: ${one.message}`)
  return { wanted, lines }
}

describe('a configuration file', () => {
  it('is refused with line and column when it is invalid YAML or not the expected map', () => {
    const refused: readonly (readonly [text: string, saying: RegExp])[] = [
      ['', /^1:1 : is no map/],
      ['- 1', /is no map/],
      ['version: 1\nroles: [a', /^2:10 : Flow sequence/],
      ['version: 1\nversion: 1', /^2:1 : Map keys must be unique/],
      ['version: 1\n---\nversion: 1', /multiple documents/],
      ['version: 1\nroles: !evil { a: [] }', /^2:8 : Unresolved tag/],
      ['version: 1\n? [a, b]\n: c', /stringKeys/],
      ['version: 1\nroles: []', /^2:1 roles: must be a map/],
      ['version: 1\napplications: { a: [] }', /^2:17 applications\.a: This is not a JSON object/],
      [`version: 1\nroles: ${'['.repeat(10_000)}`, /nested too deeply/],
      ['version: 1\nroles: *b', /alias/i],
      [`version: 1\na: &a [x]\n${bombs(9)}`, /alias/i],
      ['policies: {}', /^1:1 version: must be 1/],
      ['version: "1"', /version: must be 1/],
    ]
    for (const [text, saying] of refused) expect(read(text).lines[0], text.slice(0, 60)).to.match(saying)
    for (const text of ['version: 1', '{"version": 1, "roles": {"a": []}}', 'version: 1\nroles:'])
      expect(read(text).lines, text).to.deep.equal([])
  })

  it('may use names such as __proto__ and constructor, which set no prototype', () => {
    const text = `version: 1
roles: { __proto__: [orders:read], constructor: [] }
applications: { __proto__: { kind: machine }, a: { kind: machine, __proto__: { first_party: true } } }`
    const { wanted, lines } = read(text)
    expect(lines).to.have.length(1)
    expect(lines[0]).to.match(/^3:67 applications\.a\.__proto__: is not known here/)
    expect([...wanted!.roles!.keys()]).to.deep.equal(['__proto__', 'constructor'])
    expect(wanted!.applications!.get('__proto__')).to.include({ kind: 'machine', name: '__proto__' })
    expect(wanted!.applications!.get('a')!.metadata).to.not.have.property('first_party')
  })

  it('keeps texts that YAML would read as another type, in YAML and JSON', () => {
    const names = [
      'true',
      '1e3',
      '~',
      'null',
      ' a',
      '# b',
      'c: d',
      '"',
      "'",
      '- e',
      '\u2028',
      '2026-01-01',
      '0x10',
      '<<',
    ]
    const application: Omit<PublicApplication, 'name'> = {
      id: 'a',
      kind: 'web',
      origin: 'administrator',
      active: true,
      version: 1,
      createdAt: 0,
      resource: null,
      resourceScopes: [{ name: 'x', description: 'a\n# b: "c"\r\n' }],
      metadata: { redirect_uris: names, contacts: ['no', 'off'] },
    }
    for (const name of names) {
      const shown = {
        policy: firstPolicy,
        roles: [{ name, permissions: names }],
        applications: [{ ...application, name }],
      }
      for (const format of ['yaml', 'json'] as const) {
        const { wanted, lines } = read(writeConfiguration(shown, format))
        expect(lines, name).to.deep.equal([])
        expect([...wanted!.roles!]).to.deep.equal([[name, names.toSorted()]])
        const found = wanted!.applications!.get('a')!
        expect(found.name).to.equal(name)
        expect(found.metadata).to.deep.equal(application.metadata)
        expect(found.resourceScopes).to.deep.equal(application.resourceScopes)
        for (const [policy, value] of wanted!.policies!) expect(value).to.equal(firstPolicy[policy])
      }
    }
  })
})

/** YAML aliases that grow tenfold with each line ("billion laughs"). */
function bombs(count: number): string {
  const names = 'abcdefghijkl'
  return Array.from({ length: count }, (_, index) => {
    const [from, to] = [names[index], names[index + 1]]
    return `${to}: &${to} [${Array(10).fill(`*${from}`).join(', ')}]`
  }).join('\n')
}
