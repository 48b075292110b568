// Which parameters and body members a request may have, by the row of its route. Others are refused: a filter that is
// ignored would select all users, and a misspelt field would change nothing without an error.
import { refuseFields } from '../../protocol/errors.js'
import { isJsonObject } from '../../protocol/json.js'
import { nearest } from '../../protocol/near.js'
import { type FieldProblems, type Problem, problem } from '../../protocol/problems.js'
import type { Step } from '../handler.js'
import type { Parameters } from '../route.js'

/** The most problems reported: each costs a search for a similar known name, and a body may have very many members. */
const mostReported = 10

/** Refuses repeated and unknown query parameters. @throws invalid_fields with the first problems */
export function checkQuery({ query = {} }: Parameters): Step {
  const known = Object.keys(query)
  return (ctx, next) => {
    // Without a prototype: a parameter may be named `__proto__`.
    const fields: FieldProblems = Object.create(null)
    const seen = new Set<string>()
    // Not ctx.query: it stops parsing after a thousand `&`.
    for (const name of new URLSearchParams(ctx.querystring).keys()) {
      if (Object.keys(fields).length >= mostReported) break
      if (!known.includes(name)) fields[shown(name)] = [unknown('parameter', name, known)]
      else if (seen.has(name)) fields[name] = [problem('given_twice')]
      seen.add(name)
    }
    if (Object.keys(fields).length > 0) throw refuseFields(fields)
    return next()
  }
}

/** Refuses unknown members of the body, after it is parsed. @throws invalid_fields */
export function checkMembers({ body: rules = {} }: Parameters): Step {
  const known = Object.keys(rules)
  return (ctx, next) => {
    const { body } = ctx.request
    // A body that is no object is refused when its fields are read.
    const names = isJsonObject(body)
      ? Object.keys(body)
          .filter(name => !known.includes(name))
          .slice(0, mostReported)
      : []
    if (names.length > 0) {
      const fields = Object.fromEntries(names.map(name => [shown(name), [unknown('member', name, known)]]))
      throw refuseFields(fields)
    }
    return next()
  }
}

function unknown(what: 'parameter' | 'member', name: string, known: readonly string[]): Problem {
  if (known.length === 0) return problem(`no_${what}s`)
  const near = nearest(name, known)
  const all = [...known].sort()
  return near === null ? problem(`unknown_${what}`, { known: all }) : problem(`misspelt_${what}`, { near, known: all })
}

/** Shortens a name from the request: answers do not repeat long texts of clients. */
const shown = (name: string) => (name.length > 60 ? `${name.slice(0, 60)}…` : name)
