// Rules for the form parameters of OAuth endpoints: the forms are parsed and the API's document is made by them.
import { refuse } from '../../protocol/errors.js'
import type { Form } from '../middleware/body-types.js'

export type FormRule = {
  required?: true
  /** The parameter may be repeated, such as `resource` (RFC 8707 §2); its value is a list. */
  repeats?: true
  /** The description in the API's document. */
  about?: string
}

export type FormRules = Readonly<Record<string, FormRule>>

export type ParametersOf<R extends FormRules> = {
  [N in keyof R]: R[N] extends { repeats: true }
    ? readonly string[]
    : R[N] extends { required: true }
      ? string
      : string | undefined
}

/**
 * Reads a form by its rules. A parameter without a value counts as left out, and unknown ones are ignored (RFC 6749
 * §3.2).
 * @throws invalid_request
 */
export function readForm<const R extends FormRules>(form: Form, rules: R): ParametersOf<R> {
  for (const [name, values] of Object.entries(form)) {
    const rule: FormRule | undefined = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (values.length > 1 && !rule?.repeats) throw repeated(rule && name)
  }
  return Object.fromEntries(
    Object.entries<FormRule>(rules).map(([name, { required, repeats }]) => {
      const values = valuesOf(form, name).filter(value => value !== '')
      if (required && values.length === 0) throw missing(name)
      return [name, repeats ? values : values[0]]
    }),
  ) as ParametersOf<R>
}

/** Reads a parameter that the endpoint always needs. @throws invalid_request */
export function requireParameter(form: Form, name: string): string {
  const values = valuesOf(form, name)
  if (values.length > 1) throw repeated(name)
  if (!values[0]) throw missing(name)
  return values[0]
}

const valuesOf = (form: Form, name: string) => (Object.hasOwn(form, name) && form[name]) || []

const missing = (name: string) => refuse('invalid_request', { detail: `The parameter ${name} is missing.` })

/** @param name if it is a known one; an answer does not repeat texts of clients */
const repeated = (name: string | undefined) =>
  refuse('invalid_request', { detail: `${name ? `The parameter ${name}` : 'A parameter'} was sent more than once.` })
