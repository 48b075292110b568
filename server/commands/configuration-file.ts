// Reads a configuration file: YAML, and with it JSON, with the position of every error. It never contains a secret: an
// application's entry may name the variable that does.
import { type Document, LineCounter, parseDocument } from 'yaml'
import {
  type ConfigurationProblem,
  type Path,
  problemAt,
  problemsAt,
} from '../identity/configuration/configuration-problems.js'
import { entryNames, readEntry, type Wanted, type WantedApplication } from '../identity/configuration/wanted.js'
import { isPolicyName, type PolicyName, policyNames } from '../policy/policies.js'
import { readGivenPolicyValue } from '../policy/policy-values.js'
import { isJsonObject } from '../protocol/json.js'
import { nearest } from '../protocol/near.js'
import { problem } from '../protocol/problems.js'
import { type Positioned, positionAt, positionIn, withPositions } from './file-positions.js'

/** Version of the file's format, by default. */
export const fileVersion = 1
/** How many errors of invalid YAML are reported. */
const mostReported = 5
const tooDeep = 'is nested too deeply'
const sections = ['version', 'policies', 'roles', 'applications'] as const

export type ReadFile = {
  /** null where the text is no YAML at all. */
  wanted: Wanted | null
  /** Errors of the file. */
  problems: ConfigurationProblem[]
  positioned: Positioned
}

/** Reads a secret that the file names: its value, or why it cannot be had. */
export type Variable = (name: string) => { value: string } | { problem: string }

export function readConfiguration(text: string, variable: Variable): ReadFile {
  const counter = new LineCounter()
  const found: ConfigurationProblem[] = []
  const wanted: Wanted = { policies: null, roles: null, applications: null }
  const document = parsed(text, counter)
  if (document === null) return { wanted: null, problems: [syntax(tooDeep)], positioned: withPositions(() => null) }
  // Further errors mostly follow from the first ones.
  const all = [...document.errors, ...document.warnings]
  const wrong = all.slice(0, all[0]?.code === 'RESOURCE_EXHAUSTION' ? 1 : mostReported)
  if (wrong.length > 0) {
    const problems = wrong.map(({ code, message }, index) => ({
      ...syntax(code === 'RESOURCE_EXHAUSTION' ? tooDeep : message),
      path: [index],
    }))
    return {
      wanted: null,
      problems,
      positioned: each =>
        withPositions(([index]) => positionAt(counter, wrong[index as number]!.pos[0]))(each).map(one => ({
          ...one,
          path: '',
        })),
    }
  }
  const positioned = withPositions(path => positionIn(document, counter, path))
  let whole: unknown
  try {
    whole = document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    return { wanted: null, problems: [syntax((error as Error).message)], positioned }
  }
  if (!isJsonObject(whole)) found.push({ ...syntax('is no map of policies, roles and applications'), path: [] })
  const top = isJsonObject(whole) ? whole : {}
  found.push(...unknownIn([], top, sections))
  if (top.version !== fileVersion && isJsonObject(whole))
    found.push({ path: ['version'], code: 'file_version', text: `must be ${fileVersion}: \`version: ${fileVersion}\`` })
  wanted.policies = readSection(top, 'policies', found, readPolicies)
  wanted.roles = readSection(top, 'roles', found, readRoles)
  wanted.applications = readSection(top, 'applications', found, (entries, into) =>
    readApplications(entries, into, variable),
  )
  return { wanted, problems: found, positioned }
}

/** null where the nesting is absurdly deep. */
function parsed(text: string, lineCounter: LineCounter): Document.Parsed | null {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'error', stringKeys: true })
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

function syntax(text: string): ConfigurationProblem {
  return { path: [], code: 'not_yaml', text }
}

/** A section with nothing below it is an empty one. */
function readSection<T>(
  top: Readonly<Record<string, unknown>>,
  section: 'policies' | 'roles' | 'applications',
  found: ConfigurationProblem[],
  read: (entries: [string, unknown][], found: ConfigurationProblem[]) => T,
): T | null {
  const given = top[section]
  if (given === undefined) return null
  if (given !== null && !isJsonObject(given)) {
    found.push({ path: [section], code: 'not_map', text: 'must be a map: a name, and what it is, on each line' })
    return null
  }
  return read(Object.entries(given ?? {}), found)
}

function readPolicies(entries: [string, unknown][], found: ConfigurationProblem[]): Map<PolicyName, unknown> {
  found.push(...unknownIn(['policies'], Object.fromEntries(entries), policyNames))
  const known = entries.filter((entry): entry is [PolicyName, unknown] => isPolicyName(entry[0]))
  return new Map(known.map(([name, value]) => [name, readGivenPolicyValue(name, value)]))
}

function readRoles(entries: [string, unknown][], found: ConfigurationProblem[]): Map<string, string[]> {
  const roles = new Map<string, string[]>()
  for (const [name, value] of entries) {
    const texts: readonly unknown[] = Array.isArray(value) ? value : []
    if (!Array.isArray(value)) found.push(problemAt(['roles', name], problem('not_texts')))
    for (const [index, one] of texts.entries())
      if (typeof one !== 'string') found.push(problemAt(['roles', name, index], problem('not_text')))
    // Recorded even if its value is wrong: otherwise it would be deleted, and applications that require it would not
    // find it.
    roles.set(name, texts.map(String))
  }
  return roles
}

function readApplications(
  entries: [string, unknown][],
  found: ConfigurationProblem[],
  variable: Variable,
): Map<string, WantedApplication> {
  const applications = new Map<string, WantedApplication>()
  for (const [id, value] of entries) {
    const path = ['applications', id]
    if (!isJsonObject(value)) {
      found.push(problemAt(path, problem('not_json_object')))
      continue
    }
    found.push(...unknownIn(path, value, entryNames, notInFiles))
    // Converted to JSON: a value that a row cannot store would differ for ever.
    const known = Object.entries(value).filter(([name]) => entryNames.some(one => one === name))
    const given = JSON.parse(JSON.stringify(Object.fromEntries(known))) as Record<string, unknown>
    const secret = readSecret(given.client_secret_env, variable)
    if (secret && 'problem' in secret)
      found.push({ path: [...path, 'client_secret_env'], code: 'no_secret', text: secret.problem })
    const read = readEntry(id, given, secret && 'value' in secret ? secret.value : null)
    found.push(...problemsAt(path, read.problems, read.application))
    applications.set(id, read.application)
  }
  return applications
}

function readSecret(name: unknown, variable: Variable): ReturnType<Variable> | null {
  if (name === undefined || name === null) return null
  if (typeof name !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    return { problem: 'must be the name of a variable of the environment' }
  return variable(name)
}

/** For members that the server creates, or that belong to no file. */
const ofTheServer = 'is made by the server: leave it out'
const notInFiles: Readonly<Record<string, string>> = {
  client_id: 'is the name of the entry already: leave it out',
  client_secret: 'a secret is in no file: name the variable that holds it in client_secret_env, or have one made',
  origin: ofTheServer,
  version: ofTheServer,
  created_at: ofTheServer,
  secrets: ofTheServer,
  live_sessions: ofTheServer,
  live_users: ofTheServer,
}

function unknownIn(
  path: Path,
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
  textsByName: Readonly<Record<string, string>> = {},
): ConfigurationProblem[] {
  return Object.keys(given)
    .filter(name => !known.includes(name))
    .map(name => {
      const near = nearest(name, known)
      const asked = near === null ? `Known: ${[...known].sort().join(', ')}` : `did you mean ${near}?`
      const text = Object.hasOwn(textsByName, name) ? textsByName[name]! : `is not known here; ${asked}`
      return { path: [...path, name], code: 'unknown_name', text }
    })
}
