// What is wrong with a file of configuration: by itself, since every command loads it, and the check itself loads the database.
import { type FieldProblems, type Problem, wireText } from '../../protocol/problems.js'
import type { WantedApplication } from './wanted.js'

/** Where something stands: `['applications', 'shop', 'redirect_uris', 1]`. */
export type Path = readonly (string | number)[]
export type ConfigurationProblem = { path: Path; code: string; text: string }

/** Thrown before anything is written. */
export class ConfigurationProblems extends Error {
  constructor(readonly problems: readonly ConfigurationProblem[]) {
    super('the configuration is not usable')
  }
}

export function told(path: Path, problem: Problem): ConfigurationProblem {
  return { path, code: problem.code, text: wireText(problem) }
}

/** With the place of each, where a text in a list is what is wrong. */
export function located(path: Path, fields: FieldProblems, wanted: WantedApplication): ConfigurationProblem[] {
  return Object.entries(fields).flatMap(([field, problems]) =>
    problems.map(one => {
      const within = field === '' ? [] : field.split('.').map(part => (/^\d+$/.test(part) ? Number(part) : part))
      return told([...path, ...within, ...(within.length === 1 ? itemOf(within[0] as string, one, wanted) : [])], one)
    }),
  )
}

/** Rules name the text that they mean, and not where in the list it stands. */
function itemOf(field: string, { values = {} }: Problem, { metadata, resourceScopes }: WantedApplication): Path {
  const list: unknown =
    field === 'resource_scopes' ? resourceScopes.map(one => one.name) : (metadata as Record<string, unknown>)[field]
  const meant = values.uri ?? values.name
  const index = Array.isArray(list) && typeof meant === 'string' ? list.indexOf(meant) : -1
  return index < 0 ? [] : [index]
}
