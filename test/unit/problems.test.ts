// Problems of values: modules below HTTP use codes, and clients of the wire get the sentences of Django REST framework.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { refuse, refuseField } from '../../server/protocol/errors.js'
import { type Problem, problem, problems, wireFields, wireText } from '../../server/protocol/problems.js'

const root = fileURLToPath(new URL('../../../server/', import.meta.url))

const sourcesIn = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => ({ file: join(folder, name), text: readFileSync(join(root, folder, name), 'utf8') }))

describe('a problem of a value', () => {
  it('is shown on the wire in the words of Django REST framework and Django', () => {
    const told: [Problem, string][] = [
      [problem('required'), 'This field is required.'],
      [problem('null'), 'This field may not be null.'],
      [problem('blank'), 'This field may not be blank.'],
      [problem('not_string'), 'Not a valid string.'],
      [problem('not_boolean'), 'Must be a valid boolean.'],
      [problem('not_list', { type: 'str' }), 'Expected a list of items but got type "str".'],
      [problem('not_dictionary', { type: 'list' }), 'Expected a dictionary of items but got type "list".'],
      [problem('no_data'), 'No data provided'],
      [problem('invalid_data', { type: 'int' }), 'Invalid data. Expected a dictionary, but got int.'],
      [problem('null_characters'), 'Null characters are not allowed.'],
      [problem('surrogate_characters', { point: 'D800' }), 'Surrogate characters are not allowed: U+D800.'],
      [problem('too_long', { count: 150 }), 'Ensure this field has no more than 150 characters.'],
      [problem('email_invalid'), 'Enter a valid email address.'],
      [problem('username_taken'), 'A user with that username already exists.'],
      [
        problem('password_too_short', { count: 8 }),
        'This password is too short. It must contain at least 8 characters.',
      ],
      [problem('password_numeric'), 'This password is entirely numeric.'],
      [problem('password_common'), 'This password is too common.'],
      [problem('password_similar'), 'The password is too similar to the username.'],
      [problem('old_password_wrong'), 'Your old password was entered incorrectly. Please enter it again.'],
    ]
    for (const [one, text] of told) expect(wireText(one), one.code).to.equal(text)
  })

  it('is shown with lists, quoted values and nested problems', () => {
    expect(wireText(problem('not_one_of', { choices: ['now', 'refresh', 'new'] }))).to.equal(
      'Must be one of now, refresh, new.',
    )
    expect(wireText(problem('not_effect_of_kind', { effects: ['end', 'refresh'] }))).to.equal(
      'Must be end or refresh for this kind.',
    )
    expect(wireText(problem('no_permission', { name: 'no "such"\n' }))).to.equal(
      '"no \\"such\\"\\n" is not a permission.',
    )
    const wrong = ['a', 'b'].map(name => problem('policy_value', { name, problem: problem('policy_not_whole') }))
    expect(wireText(problem('undo_contradicts', { version: 7, problems: wrong }))).to.equal(
      'Without version 7: a must be a whole number; b must be a whole number.',
    )
    const again = [3, 4].map(version => problem('set_again', { version, name: 'audience' }))
    expect(wireText(problem('undo_conflict', { conflicts: again }))).to.equal(
      'version 3 has set audience again, version 4 has set audience again: revert that first, or set the value itself.',
    )
  })

  it('does not interpolate placeholders in typed values', () => {
    for (const name of ['{name}', '$&', '$1 {count}', '__proto__'])
      expect(wireText(problem('unknown_role', { name }))).to.equal(`There is no role ${name}.`)
    const fields = JSON.parse('{"__proto__": [{"code": "required"}]}')
    expect(JSON.stringify(wireFields(fields))).to.equal('{"__proto__":["This field is required."]}')
  })

  it('is carried by a refusal as a code with values, for the presenter', () => {
    const { code, details } = refuseField('name', 'too_long', { count: 60 })
    expect([code, details.fields]).to.deep.equal([
      'invalid_fields',
      { name: [{ code: 'too_long', values: { count: 60 } }] },
    ])
    const refusal = refuse('key_in_use', { problem: problem('key_signs', { kid: 'abc' }) })
    expect(refusal.message).to.equal('The key abc signs: rotate it, or revoke it.')
    expect(refuse('key_in_use').message).to.include('This key signs')
  })

  it('does not compile with missing, other or mistyped values, or an unknown code', () => {
    // @ts-expect-error the text has a value
    expect(refuseField('name', 'too_long').details.fields).to.deep.equal({ name: [{ code: 'too_long' }] })
    // @ts-expect-error another value than the text has
    expect(problem('too_long', { least: 3 }).code).to.equal('too_long')
    // @ts-expect-error a plural needs a number
    expect(problem('too_long', { count: '3' }).code).to.equal('too_long')
    // @ts-expect-error no such code
    expect(problem('This field is required.').code).to.be.a('string')
  })

  it('is used in the source, for each code of the table', () => {
    const source = ['protocol', 'policy', 'tokens', 'identity', 'http', 'commands']
      .flatMap(sourcesIn)
      .filter(({ file }) => file !== join('protocol', 'problems.ts'))
      .map(({ text }) => text)
      .join('\n')
    const quoted = new Set([...source.matchAll(/'(\w+)'/g)].map(match => match[1]!))
    const composed = [...source.matchAll(/`(\w+_)\$\{\w+\}(\w*)`/g)].map(
      ([, before, after]) => new RegExp(`^${before}\\w+${after}$`),
    )
    const idle = Object.keys(problems).filter(code => !quoted.has(code) && !composed.some(one => one.test(code)))
    expect(idle).to.deep.equal([])
  })

  it('is never an English sentence in modules below HTTP', () => {
    const below = ['protocol', 'policy', 'storage', 'revocation', 'tokens', 'identity'].flatMap(sourcesIn)
    expect(below.length).to.be.above(80)
    const speaking = below
      .filter(({ file }) => file !== join('protocol', 'errors.ts'))
      .filter(({ text }) => /\brefuse\(\s*'\w+',\s*\{[^}]*\bdetail\b/.test(text))
      .map(({ file }) => file)
    expect(speaking).to.deep.equal([])
  })
})
