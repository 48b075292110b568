// A row of the route table, such as `get('/api/me', person, 'The signed-in user', { answers: … })`. It decides
// everything about the route: its kind of access (kinds/) determines who presents errors, which origins may read the
// answer, and which steps come before the handler. The compiler checks the handler by the row's parameters and answers,
// and the API's document is made from them (openapi/).
import type { ErrorCode } from '../protocol/errors.js'
import type { AnyAccess } from './kinds/kind.js'
import type { FormRules } from './oauth/form-rules.js'
import type { Answers } from './wire/answers.js'
import type { FieldRules } from './wire/fields.js'
import type { ParameterRules } from './wire/parameters.js'

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

/** Parameters of the address and members of the body. Kinds that refuse unknown ones refuse all others. */
export type Parameters = {
  query?: ParameterRules
  body?: FieldRules
  /** Form parameters of an OAuth endpoint. */
  form?: FormRules
  /** Form parameters of an OAuth endpoint where one parameter, such as `grant_type`, decides which others there are. */
  forms?: { by: string; of: Readonly<Record<string, FormRules>> }
}

export type RowOptions = Parameters & {
  answers?: Answers
  /** The route also answers a CSV file. */
  file?: true
  /** The route answers an event stream (`text/event-stream`), open until one side closes it. */
  events?: true
  /** Error codes of this route, beside those of all routes of its kind. */
  refuses?: readonly ErrorCode[]
  /** The route ends something: with `wait` it answers when resource servers have applied it (waiting.ts). */
  waits?: true
  /** Passes the admission limiter: many sign-ins at the same moment must not delay the other requests. */
  limited?: true
  /** A hot route: answered without Koa if the request is an ordinary one (fast-path/). */
  fast?: true
  /** Load shedding may refuse it (middleware/load-shedding.ts). Not if it ends something, which clients send once. */
  shed?: true
}

export type RouteRow<A extends AnyAccess = AnyAccess> = RowOptions & {
  method: Method
  /** The path without the trailing slash, which every route also accepts. */
  path: string
  access: A
  /** The purpose of the route, for docs/routes.md and the API's document. */
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
