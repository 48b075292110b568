// A row of the route table, and how one is written: `get('/api/me', person, 'The signed-in user', { answers: … })`. It decides
// everything about the route: its kind of access (kinds/) says who presents errors, who may read the answer from another origin,
// and which steps come before the handler. By what it reads and answers the handler is checked by the compiler, and the API's
// document is made from it (openapi/).
import type { ErrorCode } from '../protocol/errors.js'
import type { AnyAccess } from './kinds/kind.js'
import type { FormRules } from './oauth/form-rules.js'
import type { Answers } from './wire/answers.js'
import type { FieldRules } from './wire/fields.js'
import type { ParameterRules } from './wire/parameters.js'

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

/** What may stand in the address and in the body. Kinds that refuse what they do not know refuse whatever is not named here. */
export type Parameters = {
  query?: ParameterRules
  body?: FieldRules
  /** Of an endpoint of OAuth. */
  form?: FormRules
  /** The same where one parameter, such as `grant_type`, says which others there are. */
  forms?: { by: string; of: Readonly<Record<string, FormRules>> }
}

export type RowOptions = Parameters & {
  answers?: Answers
  /** It answers a file (CSV) as well. */
  file?: true
  /** It answers events for as long as both sides like (`text/event-stream`). */
  events?: true
  /** What it refuses with beside what all routes of its kind do. */
  refuses?: readonly ErrorCode[]
  /** It ends something: with `wait` it answers when resource servers know (waiting.ts). */
  waits?: true
  /** Passes the admission limiter: many sign-ins at the same moment must not delay the other requests. */
  limited?: true
  /** Asked very often: answered without Koa where it is asked in the usual way (fast-path/). */
  fast?: true
  /** Refused while there is too much to do (middleware/load-shedding.ts). What ends something is not: it is sent once. */
  shed?: true
}

export type RouteRow<A extends AnyAccess = AnyAccess> = RowOptions & {
  method: Method
  /** Without the trailing slash, which every route takes as well. */
  path: string
  access: A
  /** What it is for, in docs/routes.md and in the API's document. */
  what: string
}

function rowOf<M extends Method>(method: M) {
  return <P extends string, A extends AnyAccess, const O extends RowOptions = Record<never, never>>(
    path: P,
    access: A,
    what: string,
    options?: O,
  ) => ({ method, path, access, what, ...(options as O) }) as const
}

export const get = rowOf('GET')
export const post = rowOf('POST')
export const patch = rowOf('PATCH')
export const put = rowOf('PUT')
/** DELETE; its own name is a keyword. */
export const del = rowOf('DELETE')
