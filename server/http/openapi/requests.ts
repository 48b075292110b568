// What an operation of the document takes: parameters of its path and query, and its body.
import { type BodyName, bodyTypes } from '../middleware/body-types.js'
import type { FormRules } from '../oauth/form-rules.js'
import type { RouteRow } from '../route.js'
import { queryOf } from '../waiting.js'
import { type FieldRule, fieldKinds } from '../wire/field-kinds.js'
import type { FieldRules } from '../wire/fields.js'
import { type ParameterRule, parameterKinds } from '../wire/parameters.js'
import type { Schema, Schemas } from './schemas.js'

/** Schemas of path parameters, by name. */
const pathParts: Readonly<Record<string, string>> = {
  id: 'Its id, as answers have it.',
  name: 'Its name.',
  kid: 'The id of a signing key; or `refresh` or `device`, the secrets of refresh tokens and device tokens.',
  application: 'The `client_id` of an application.',
  secret: 'The id of a secret, as its list has it.',
}

export function pathParametersOf(path: string): Schema[] {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!)
  return names.map(name => ({
    name,
    in: 'path',
    required: true,
    ...(pathParts[name] && { description: pathParts[name] }),
    schema: { type: 'string' },
  }))
}

export function queryParametersOf(row: Pick<RouteRow, 'query' | 'waits'>): Schema[] {
  return Object.entries(queryOf(row)).map(([name, rule]) => {
    const kind: { schema: (rule: ParameterRule) => object; about?: string } = parameterKinds[rule.is]
    const about = rule.about ?? kind.about
    return {
      name,
      in: 'query',
      ...(about && { description: about }),
      ...(rule.is === 'mark' && { allowEmptyValue: true }),
      schema: kind.schema(rule),
    }
  })
}

type Reads = { body: BodyName; unknown: 'refused' | 'ignored'; form?: FormRules | undefined }

/** The request body of an operation; undefined if it has none. @param name of the operation */
export function requestBodyOf(schemas: Schemas, name: string, row: RouteRow, kind: Reads): Schema | undefined {
  const { body, form, forms } = row
  const types = Object.keys(bodyTypes[kind.body])
  const titled = `${name[0]!.toUpperCase()}${name.slice(1)}Request`
  const inAll = (schema: Schema, required: boolean, only = types) => {
    const media = { schema: schemas.add(titled, schema) }
    return { required, content: Object.fromEntries(only.map(type => [type, media])) }
  }
  if (body) {
    const required = Object.values(body).some(isRequired)
    // A form cannot hold lists or objects: such bodies are JSON only.
    const only = Object.values(body).every(rule => !inJsonAlone.has(rule.is ?? 'text')) ? types : ['application/json']
    return inAll(bodySchema(schemas, body, kind.unknown), required, only)
  }
  if (forms) {
    const all = Object.entries(forms.of).map(([value, rules]) => {
      const schema = formSchema({ [forms.by]: { required: true }, ...rules, ...kind.form })
      return { ...schema, properties: { ...schema.properties, [forms.by]: { const: value } } }
    })
    return inAll({ oneOf: all }, true)
  }
  const rules = { ...form, ...kind.form }
  if (Object.keys(rules).length === 0) return undefined
  return inAll(
    formSchema(rules),
    Object.values(rules).some(rule => rule.required),
  )
}

const inJsonAlone = new Set(['texts', 'object', 'given'])

const isRequired = ({ is, required }: FieldRule) => required !== false && is !== 'flag'

function bodySchema(schemas: Schemas, rules: FieldRules, unknown: Reads['unknown']): Schema {
  const required = Object.keys(rules).filter(name => isRequired(rules[name]!))
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, fieldSchema(schemas, rule)])),
    ...(required.length > 0 && { required }),
    ...(unknown === 'refused' && { additionalProperties: false }),
  }
}

function fieldSchema(schemas: Schemas, rule: FieldRule): Schema {
  const { is = 'text', schema, nullable, about } = rule
  const made = schema ? schemas.of(schema, 'input') : fieldKinds[is].schema(rule)
  return { ...(nullable ? { anyOf: [made, { type: 'null' }] } : made), ...(about && { description: about }) }
}

function formSchema(rules: FormRules) {
  const required = Object.keys(rules).filter(name => rules[name]!.required)
  const properties = Object.entries(rules).map(([name, { repeats, about }]): [string, Schema] => [
    name,
    {
      ...(repeats ? { type: 'array', items: { type: 'string' } } : { type: 'string' }),
      ...(about && { description: about }),
    },
  ])
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 && { required }),
  } as const
}
