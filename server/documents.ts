// Writes what is made from the tables: the settings and policies of the README, example.env, and the list of routes.
// `--check` writes nothing and fails when something is out of date.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { settingsTable } from '../config/settings.js'
import type { Kind } from './http/kinds/kind.js'
import { type Access, kinds } from './http/kinds/kinds.js'
import type { RouteRow } from './http/route.js'
import { routes } from './http/routes.js'
import { formatDuration } from './policy/durations.js'
import { policyNames, policyTable } from './policy/policies.js'
import { triggers } from './policy/revocation.js'

const root = new URL('../../', import.meta.url)

export function exampleEnv(): string {
  const lines = Object.entries(settingsTable).flatMap(([name, { default: value, meaning }]) => [
    `# ${meaning.replaceAll('`', '')}`,
    `# Default: ${value}`,
    `#${name}=`,
    '',
  ])
  return ['# Settings of Darvoza. Made by `npm run documents` from config/settings.ts.', '', ...lines].join('\n')
}

/** docs/routes.md */
export function routesDocument(): string {
  const rows: RouteRow<Access>[] = Object.values(routes)
  const forPrograms = rows.filter(row => kinds[row.access.kind].presenter !== 'page')
  const forPeople = rows.filter(row => !forPrograms.includes(row))
  const named = (rules: object = {}) =>
    Object.keys(rules)
      .map(name => `\`${name}\``)
      .join(' ')
  const first = (row: RouteRow<Access>) => [`\`${row.method} ${row.path}\``, ...whoMayCall(row.access), row.what]
  return [
    '# Routes',
    '',
    'Made by `npm run documents` from the table that the router is built from. Each path is also accepted with a trailing slash.',
    '',
    '## For programs',
    '',
    'Errors are JSON, and pages of any origin may send requests (CORS). Tokens are sent in the Authorization header; cookies are never read. Routes that require a token refuse parameters that are not listed here.',
    '',
    table(
      ['Route', 'Who may call', 'Credential', 'What it does', 'In the query', 'In the body'],
      forPrograms.map(row => [...first(row), named(row.query), named(row.body)]),
    ),
    '',
    '## Pages',
    '',
    'Errors are pages. Forms need the CSRF token of a page that this browser loaded.',
    '',
    table(['Route', 'Who may call', 'Credential', 'What it does'], forPeople.map(first)),
    '',
  ].join('\n')
}

function whoMayCall(access: Access): [who: string, by: string] {
  const { who, sender } = kinds[access.kind] as Kind<Access>
  return [who(access), sender === 'nobody' ? '–' : sender]
}

/** The tables that a document shows, by the name in its `<!-- name -->` marks. */
export const tables: Record<string, () => string> = {
  settings: () =>
    table(
      ['Setting', 'Default', 'Meaning'],
      Object.entries(settingsTable).map(([name, row]) => [`\`${name}\``, row.default, row.meaning]),
    ),
  policies: () =>
    table(
      ['Policy', 'Default', 'Meaning', 'simplejwt'],
      policyNames.map(name => {
        const row = policyTable[name]
        const value = row.kind === 'duration' ? formatDuration(row.default) : String(row.default)
        return [`\`${name}\``, value || 'empty', row.meaning, row.simplejwt ?? '–']
      }),
    ),
  triggers: () =>
    table(
      ['What happens', 'Sessions', 'Live access tokens'],
      Object.values(triggers).map(row => [
        (row as { later?: true }).later ? `${row.what} *(to come)*` : row.what,
        sessionsInWords[row.sessions],
        row.effect === 'end' ? 'end' : 'stale: a refresh brings new ones',
      ]),
    ),
}

const sessionsInWords = { it: 'that one ends', all: 'all end', others: 'the others end', stay: 'stay' } as const

/** A document with the tables between its marks made anew. */
export function withTables(document: string): string {
  return document.replace(
    /(<!-- (\w+) -->\n)[\s\S]*?(<!-- \/\2 -->)/g,
    (whole, opening: string, name: string, closing: string) =>
      tables[name] ? `${opening}${tables[name]()}\n${closing}` : whole,
  )
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

function write(check: boolean): string[] {
  const made: Record<string, (before: string) => string> = {
    'README.md': withTables,
    'example.env': exampleEnv,
    'docs/routes.md': routesDocument,
  }
  return Object.entries(made).flatMap(([name, make]) => {
    const path = fileURLToPath(new URL(name, root))
    const before = read(path)
    const after = make(before)
    if (after === before) return []
    if (!check) writeFileSync(path, after)
    return [name]
  })
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const check = process.argv.includes('--check')
  const changed = write(check)
  if (changed.length > 0) process.stderr.write(`${check ? 'out of date: ' : 'written: '}${changed.join(', ')}\n`)
  process.exitCode = check && changed.length > 0 ? 1 : 0
}
