// What a grant is (RFC 6749 §1.3, §4.5): a row of the table that the token endpoint is made from. A new grant is a file here
// with its row, that row in the table, and its test.
import { refuse } from '../../../protocol/errors.js'
import type { Context } from '../../handler.js'
import type { Form } from '../../middleware/body-types.js'

export type ParameterRule = {
  required?: true
  /** May be there more than once, as `resource` may (RFC 8707 §2); what is handed on is a list. */
  repeats?: true
}

export type ParameterRules = Readonly<Record<string, ParameterRule>>

export type ParametersOf<R extends ParameterRules> = {
  [N in keyof R]: R[N] extends { repeats: true }
    ? readonly string[]
    : R[N] extends { required: true }
      ? string
      : string | undefined
}

/** RFC 6749 §5.1 */
export type TokenAnswer = {
  access_token: string
  token_type: 'Bearer' | 'DPoP'
  /** Seconds. */
  expires_in: number
  scope?: string
  refresh_token?: string
  id_token?: string
  [extension: string]: string | number | undefined
}

export type Grant<R extends ParameterRules = ParameterRules> = {
  /** `grant_type` on the wire. */
  grantType: string
  /** What it takes beside `grant_type` and what its application is known by. */
  parameters: R
  /** @throws invalid_grant, and what else refuses it */
  handle(parameters: ParametersOf<R>, ctx: Context): Promise<TokenAnswer>
}

/** Writes a row: the rules say what the handler is given. */
export function grant<const R extends ParameterRules>(row: Grant<R>): Grant {
  return row as unknown as Grant
}

/**
 * The parameters of a grant, as its rules have them. Without a value a parameter counts as left out, and those that nobody
 * knows are ignored (RFC 6749 §3.2).
 * @throws invalid_request
 */
export function readParameters<const R extends ParameterRules>(form: Form, rules: R): ParametersOf<R> {
  for (const [name, values] of Object.entries(form)) {
    const rule: ParameterRule | undefined = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (values.length > 1 && !rule?.repeats) throw repeated(rule && name)
  }
  return Object.fromEntries(
    Object.entries<ParameterRule>(rules).map(([name, { required, repeats }]) => {
      const values = valuesOf(form, name).filter(value => value !== '')
      if (required && values.length === 0) throw missing(name)
      return [name, repeats ? values : values[0]]
    }),
  ) as ParametersOf<R>
}

/** A parameter that every grant has. @throws invalid_request */
export function requireParameter(form: Form, name: string): string {
  const values = valuesOf(form, name)
  if (values.length > 1) throw repeated(name)
  if (!values[0]) throw missing(name)
  return values[0]
}

const valuesOf = (form: Form, name: string) => (Object.hasOwn(form, name) && form[name]) || []

const missing = (name: string) => refuse('invalid_request', { detail: `The parameter ${name} is missing.` })

/** @param name where it is one of ours; an answer is no place for texts of strangers */
const repeated = (name: string | undefined) =>
  refuse('invalid_request', { detail: `${name ? `The parameter ${name}` : 'A parameter'} is there more than once.` })
