// Problems of a configuration file. A module of its own, since every command loads it, and the check itself loads the
// database.
import { type FieldProblems, type Problem, wireText } from '../../protocol/problems.js'
import type { WantedApplication } from './wanted.js'

/** The path of a value in the file: `['applications', 'shop', 'redirect_uris', 1]`. */
export type Path = readonly (string | number)[]
export type ConfigurationProblem = { path: Path; code: string; text: string }

/** The file was refused; nothing was written. */
export class ConfigurationProblems extends Error {
  constructor(readonly problems: readonly ConfigurationProblem[]) {
    super('the configuration is not usable')
  }
}

export function problemAt(path: Path, problem: Problem): ConfigurationProblem {
  return { path, code: problem.code, text: wireText(problem) }
}

/** Problems of an application's fields with their paths; where a list item is wrong, with its index. */
export function problemsAt(path: Path, fields: FieldProblems, wanted: WantedApplication): ConfigurationProblem[] {
  return Object.entries(fields).flatMap(([field, problems]) =>
    problems.map(one => {
      const within = field === '' ? [] : field.split('.').map(part => (/^\d+$/.test(part) ? Number(part) : part))
      return problemAt(
        [...path, ...within, ...(within.length === 1 ? itemOf(within[0] as string, one, wanted) : [])],
        one,
      )
    }),
  )
}

/** The index of the list item that a problem names; empty where the problem is about the whole field. */
function itemOf(field: string, { values = {} }: Problem, { metadata, resourceScopes }: WantedApplication): Path {
  const list: unknown =
    field === 'resource_scopes' ? resourceScopes.map(one => one.name) : (metadata as Record<string, unknown>)[field]
  const named = values.uri ?? values.name
  const index = Array.isArray(list) && typeof named === 'string' ? list.indexOf(named) : -1
  return index < 0 ? [] : [index]
}
