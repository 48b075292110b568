// Texts of the pages: the same keys in every language, all of them used, and none missing.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { formValue } from '../../server/http/pages/admin/policy-texts.js'
import { problemText } from '../../server/http/pages/fields.js'
import { createFormats } from '../../server/http/pages/formats.js'
import { createTexts, type Language, languages, readTexts } from '../../server/http/pages/texts.js'
import { auditActions, auditSubjects } from '../../server/policy/audit.js'
import { parseDuration } from '../../server/policy/durations.js'
import { manualTriggers } from '../../server/policy/manual-revocation.js'
import { triggers } from '../../server/policy/revocation.js'
import { errors } from '../../server/protocol/errors.js'
import { revocationKinds } from '../../server/protocol/log/revocation.js'
import { type ProblemCode, problem, problems } from '../../server/protocol/problems.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const folder = join(root, 'views/locales')
const names = Object.keys(languages) as Language[]

type Tree = { [key: string]: string | Tree }

/** Each key, such as `a.b_one`, with its text. */
function flat(tree: Tree, path = ''): [key: string, text: string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[path + key, value] as [string, string]] : flat(value, `${path}${key}.`),
  )
}

const plural = /_(zero|one|two|few|many|other)$/
const locales = new Map(names.map(name => [name, new Map(flat(readTexts(folder, name) as Tree))]))

/** The keys without their plural suffixes. */
const keysOf = (name: Language) => new Set([...locales.get(name)!.keys()].map(key => key.replace(plural, '')))
const valuesIn = (text: string) => [...new Set([...text.matchAll(/\{\{(\w+)/g)].map(match => match[1]))].sort()

/** Source files that may name a key: views, handlers and other modules. */
const sources = ['views', 'server/http/pages', 'server/http/oauth'].flatMap(from =>
  readdirSync(join(root, from), { recursive: true, encoding: 'utf8' })
    .filter(file => /\.(ejs|ts)$/.test(file))
    .map(file => ({ file: `${from}/${file}`, text: readFileSync(join(root, from, file), 'utf8') })),
)

/** Quoted keys, and the prefixes of composed ones such as `audit.${action}`. */
function used(): { whole: Map<string, string>; beginnings: Set<string> } {
  const groups = new Set([...keysOf('en')].map(key => key.split('.')[0]!))
  const whole = new Map<string, string>()
  const beginnings = new Set<string>()
  for (const { file, text } of sources) {
    for (const [, key] of text.matchAll(/['"]([a-z]\w*(?:\.\w+)+)['"]/g))
      if (groups.has(key!.split('.')[0]!)) whole.set(key!, file)
    for (const [, beginning] of text.matchAll(/`([a-z]\w*(?:\.\w+)*\.)\$\{[^`]*`/g))
      if (groups.has(beginning!.split('.')[0]!)) beginnings.add(beginning!)
  }
  return { whole, beginnings }
}

describe('the texts of the pages', () => {
  it('exist in every language, are not empty, and have the same placeholders', () => {
    for (const name of names) {
      expect([...keysOf(name)].sort(), name).to.deep.equal([...keysOf('en')].sort())
      for (const [key, text] of locales.get(name)!) {
        expect(text.trim(), `${name} ${key}`).to.equal(text).and.not.equal('')
        const english = locales.get('en')!.get(key) ?? locales.get('en')!.get(key.replace(plural, '_other'))!
        // The plural `one` may leave the number out.
        const values = valuesIn(text).filter(value => value !== 'count')
        expect(values, `${name} ${key}`).to.deep.equal(valuesIn(english).filter(value => value !== 'count'))
      }
    }
  })

  it('have every plural category of their language', () => {
    for (const name of names) {
      const categories = new Intl.PluralRules(languages[name].locale).resolvedOptions().pluralCategories
      const keys = [...locales.get(name)!.keys()]
      for (const base of new Set(keys.filter(key => plural.test(key)).map(key => key.replace(plural, '')))) {
        const found = keys.filter(key => key.replace(plural, '') === base).map(key => key.slice(base.length + 1))
        // `zero` is no category of these languages: it is the same text without a number.
        const own = found.filter(category => category !== 'zero')
        expect(own.sort(), `${name} ${base}`).to.deep.equal([...categories].sort())
      }
    }
  })

  it('leave the number out of a confirmation question when it is 0', () => {
    const questions = [
      ...['devices.endText', 'devices.endCurrentText', 'user.signOutText', 'user.disableText', 'user.resetText'],
      ...['user.deleteText', 'user.editHelp', 'user.giveHelp', 'allDevices.endText', 'roles.deleteText'],
      'roles.renameMore',
      ...[...keysOf('en')].filter(key => /^(keys\.(breaks|secretBreaks)|reach|manyUsers\.(reach|done))\./.test(key)),
    ]
    const texts = createTexts(folder)
    for (const name of names)
      for (const key of questions) {
        if (!locales.get(name)!.has(`${key}_other`)) continue
        const said = texts.in(name)(key, {
          count: 0,
          number: '0',
          live: '0',
          name: 'amy',
          username: 'amy',
          role: 'clerk',
        })
        expect(said, `${name} ${key}`).to.not.match(/\d|\{/)
      }
  })

  it('are all used in the source files', () => {
    const { whole, beginnings } = used()
    const unused = [...keysOf('en')].filter(key => !whole.has(key) && ![...beginnings].some(one => key.startsWith(one)))
    expect(unused).to.deep.equal([])
  })

  it('exist for every key that the source files name', () => {
    const { whole } = used()
    const there = keysOf('en')
    const missing = [...whole].filter(([key]) => !there.has(key)).map(([key, file]) => `${key} (${file})`)
    expect(missing).to.deep.equal([])
    expect(whole.size).to.be.above(100)
  })

  it('cover every error code, problem, audit action and revocation trigger, and no others', () => {
    const manual = Object.fromEntries(
      Object.values(manualTriggers).flatMap(one => Object.values(one).map(by => [by, by])),
    )
    for (const [group, table] of [
      ['errors', errors],
      ['problems', problems],
      ['audit', auditActions],
      ['causes', triggers],
      ['kinds', Object.fromEntries([...revocationKinds, ...auditSubjects].map(kind => [kind, kind]))],
      ['reach', manual],
      ['revocations.byHand', manual],
    ] as const) {
      const told = [...keysOf('en')].filter(key => key.startsWith(`${group}.`)).map(key => key.slice(group.length + 1))
      expect(told.sort()).to.deep.equal(Object.keys(table).sort())
    }
  })

  it('cover every reason for which a session ends, and no others', () => {
    // A session that a trigger ends is marked with its name; other reasons are literals of SQL statements.
    const fired = Object.entries(triggers).filter(([, { effect, sessions }]) => effect === 'end' && sessions !== 'stay')
    const marked = ['storage', 'tokens', 'identity'].flatMap(from =>
      readdirSync(join(root, 'server', from), { recursive: true, encoding: 'utf8' })
        .filter(file => file.endsWith('.ts'))
        .flatMap(file => [
          ...readFileSync(join(root, 'server', from, file), 'utf8').matchAll(/ended_reason = '(\w+)'/g),
        ])
        .map(([, reason]) => reason!),
    )
    expect(marked).to.include('expired')
    const told = [...keysOf('en')].filter(key => key.startsWith('endedWhy.')).map(key => key.slice('endedWhy.'.length))
    expect(told.sort()).to.deep.equal([...new Set([...fired.map(([name]) => name), ...marked])].sort())
  })

  it('use the letters ʻ and ʼ of Uzbek, and no look-alikes', () => {
    // ʻ belongs to oʻ and gʻ, ʼ stands between other letters; look-alikes are other characters.
    for (const [key, text] of locales.get('uz')!)
      expect(text.replace(/`[^`]*`/g, ''), key).to.not.match(/[\p{L}]['’‘`´](?=\p{L})|[og]['’‘`´]|[^og]ʻ|[og]ʼ/iu)
  })

  it('name every value of a problem, without a placeholder left over', () => {
    const texts = createTexts(folder)
    for (const [code, english] of Object.entries(problems) as [ProblemCode, string][]) {
      const names = [...english.matchAll(/\{(\w+)/g)].map(match => match[1]!)
      const values = Object.fromEntries(names.map(name => [name, name === 'count' ? 3 : `<${name}>`]))
      for (const name of names)
        if (!unsaid.has(code))
          for (const language of Object.keys(languages) as Language[])
            expect(problemText({ code, values }, texts.in(language)), `${language} ${code}`)
              .to.include(String(values[name]))
              .and.not.match(/[{}]/)
    }
  })

  it('include nested problems, and do not interpolate placeholders in typed values', () => {
    const { in: inLanguage } = createTexts(folder)
    const version = (name: string) => problem('set_again', { version: 5, name })
    const told = problem('undo_conflict', { conflicts: [version('audience'), version('password_cost')] })
    expect(problemText(told, inLanguage('ru'))).to.equal(
      'Версия 5 снова задала audience, Версия 5 снова задала password_cost. Сначала отмените это или задайте само значение.',
    )
    expect(problemText(problem('not_one_of', { choices: ['now', 'new'] }), inLanguage('uz'))).to.equal(
      'Bu quyidagilardan biri boʻlishi kerak: now, new.',
    )
    for (const typed of ['{{name}}', '$t(errors.not_found)', '{{count}} $& {name}'])
      expect(problemText(problem('unknown_role', { name: typed }), inLanguage('en'))).to.equal(
        `There is no role ${typed}.`,
      )
  })
})

/** Problems whose values a form does not show: code points, and the choices that the form offers. */
const unsaid: ReadonlySet<ProblemCode> = new Set(['surrogate_characters', 'policy_not_choice'])

describe('dates, numbers and durations', () => {
  const texts = createTexts(folder)
  const at = Date.parse('2026-01-05T14:03:07Z')
  const formats = (name: Language, zone = 'Asia/Tashkent') =>
    createFormats(languages[name].locale, zone, at, texts.in(name))

  it('are formatted for a language and time zone', () => {
    expect(names.map(name => formats(name).dateTime(at))).to.deep.equal([
      '5 Jan 2026, 19:03',
      '5-yan, 2026, 19:03',
      '5 янв. 2026 г., 19:03',
    ])
    expect(formats('en', 'UTC').exactTime(at)).to.equal('5 January 2026 at 14:03:07 UTC')
    expect(formats('ru', 'America/New_York').time(at)).to.equal('09:03')
    expect(names.map(name => formats(name).number(1_234_567).replace(/\s/g, ' '))).to.deep.equal([
      '1,234,567',
      '1 234 567',
      '1 234 567',
    ])
  })

  it('show durations in their largest units, and past times relative to now', () => {
    const { duration, relative } = formats('en')
    expect([0, 59, 60, 5_400, 86_400, 2_592_000, 90_061].map(duration)).to.deep.equal([
      '0 seconds',
      '59 seconds',
      '1 minute',
      '1 hour 30 minutes',
      '1 day',
      '30 days',
      '1 day 1 hour',
    ])
    const ago = (ms: number) => relative(at - ms)
    expect([0, 44_000, 60_000, 3_600_000, 86_400_000, 40 * 86_400_000].map(ago)).to.deep.equal([
      'just now',
      'just now',
      '1 minute ago',
      '1 hour ago',
      'yesterday',
      'last month',
    ])
    expect([0, 59, 5_400, 90_061].map(formats('en').roughly)).to.deep.equal([
      ...['0 seconds', '59 seconds', '1 hour', '1 day'],
    ])
    expect(formats('uz').relative(at - 300_000)).to.equal('5 daqiqa oldin')
    expect(formats('ru').duration(7_200)).to.equal('2 часа')
  })

  it('are in the grammatical case of their sentence', () => {
    const { duration, during } = formats('ru')
    expect([1_821, 60, 3_601, 86_400].map(duration)).to.deep.equal([
      '30 минут 21 секунда',
      '1 минута',
      '1 час 1 секунда',
      '1 день',
    ])
    expect([1_821, 60, 3_601, 86_400].map(during)).to.deep.equal([
      '30 минут 21 секунду',
      '1 минуту',
      '1 час 1 секунду',
      '1 день',
    ])
    expect(formats('uz').during(1_821)).to.equal('30 daqiqa 21 soniya')
    const people = (name: Language) => [1, 2, 5, 21].map(count => texts.in(name)('home.hint.users', { count }))
    expect(people('ru')).to.deep.equal(['человек', 'человека', 'человек', 'человек'])
    const minutes = (count: number) => texts.in('ru')('home.hint.refreshes', { count })
    expect([1, 5].map(minutes)).to.deep.equal(['за последнюю 1 минуту', 'за последние 5 минут'])
  })

  it('are parsed back from the policy form to the same duration', () => {
    for (const name of names) {
      const frame = { t: texts.in(name), format: formats(name) } as Parameters<typeof formValue>[2]
      for (const seconds of [0, 1, 61, 3_600, 5_400, 21_600, 86_399, 108_000, 2_592_000, 3_650 * 86_400, 90_061])
        expect(parseDuration(formValue('session_absolute_lifetime', seconds, frame)), name).to.equal(seconds)
    }
  })

  it('have the letter ʻ in Uzbek, whatever apostrophe Intl writes', () => {
    const month = 30 * 86_400_000
    expect(formats('uz').relative(at - 1.5 * month)).to.equal('oʻtgan oy')
    expect(formats('uz').relative(at - 13 * month)).to.equal('oʻtgan yil')
  })
})
