// The document of the API as answers are held against it: each must be one that it tells of, member by member.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { type Access, kinds } from '../../server/http/kinds/kinds.js'
import { openApiDocument } from '../../server/http/openapi/document.js'
import type { RouteRow } from '../../server/http/route.js'
import { routes } from '../../server/http/routes.js'
import { type ErrorCode, errorRow, errors } from '../../server/protocol/errors.js'
import { issuer } from './server.js'

export type Told = { status: number; headers: { get(name: string): string | null }; text: string }

type Response = { $ref?: string; description?: string; content?: Record<string, object> }
type Operation = { operationId: string; responses: Record<string, Response> }

const document = await openApiDocument<string, Access>({
  routes: routes as Record<string, RouteRow<Access>>,
  kinds,
  issuer,
  version: 'test',
})

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    method: method.toUpperCase(),
    segments: path.split('/'),
    operation: operation as Operation,
  })),
)

/** What is told of, by name, status and code (`-` for an answer that is no refusal). */
export const documented: readonly string[] = operations.flatMap(({ operation: { operationId, responses } }) =>
  Object.entries(responses).flatMap(([status, response]) =>
    codesIn(resolved(response)).map(code => `${operationId} ${status} ${code}`),
  ),
)

function resolved(response: Response): Response {
  const name = response.$ref?.split('/').at(-1)
  return name === undefined ? response : (document.components.responses[name] as Response)
}

function codesIn({ description = '' }: Response): string[] {
  const codes = [...description.matchAll(/^- \[`(\w+)`\]/gm)].map(([, code]) => code!)
  return codes.length > 0 ? codes : ['-']
}

function operationAt(method: string, path: string): Operation | undefined {
  const asked = path
    .replace(/\?.*/, '')
    .replace(/(?<=.)\/$/, '')
    .split('/')
  const fitting = operations.filter(
    ({ method: own, segments }) =>
      own === method &&
      segments.length === asked.length &&
      segments.every((segment, at) => segment === asked[at] || (segment.startsWith('{') && asked[at] !== '')),
  )
  // What is spelt out comes before what stands for anything.
  const variables = (segments: string[]) => segments.filter(segment => segment.startsWith('{')).length
  return fitting.sort((one, other) => variables(one.segments) - variables(other.segments))[0]?.operation
}

const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }))
ajv.addSchema(document, 'document')
const compiled = new Map<object, ValidateFunction>()

/** A schema out of the document, whose references lead into it. */
function validatorOf(schema: object): ValidateFunction {
  const known = compiled.get(schema)
  if (known) return known
  const made = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')))
  compiled.set(schema, made)
  return made
}

const problemIn = (told: Told, why: string) => `${why}: ${told.status} ${told.text.slice(0, 500)}`

/** What was answered in this process so far, as in `documented`. */
export const answered = new Set<string>()

/** Holds an answer against the document; routes that are not in it answer as they like. @throws Error on what it does not tell */
export function check(method: string, path: string, told: Told): void {
  const operation = operationAt(method, path)
  if (!operation) return
  const name = operation.operationId
  const found = operation.responses[told.status]
  if (!found) throw new Error(problemIn(told, `${name} answers with a status that the document does not have`))
  const response = resolved(found)
  const code = told.status < 400 ? '-' : codeIn(told)
  if (!codesIn(response).includes(code))
    throw new Error(problemIn(told, `${name} refuses with the undocumented ${code}`))
  const type = (told.headers.get('content-type') ?? '').split(';', 1)[0]!
  const media = (response.content as Record<string, { schema: object }> | undefined)?.[type]
  if (told.text !== '' && !media)
    throw new Error(problemIn(told, `${name} answers with an undocumented ${type || 'body'}`))
  if (told.text === '' && response.content) throw new Error(problemIn(told, `${name} answers with nothing`))
  if (media && type === 'application/json') {
    const isValid = validatorOf(media.schema)
    if (!isValid(JSON.parse(told.text)))
      throw new Error(
        problemIn(told, `${name} answers what the document does not tell, ${ajv.errorsText(isValid.errors)}`),
      )
  }
  answered.add(`${name} ${told.status} ${code}`)
}

/** The code of a refusal; those that a wire does not spell out are known by their status. */
function codeIn({ status, text }: Told): string {
  const { error_uri, reason, code, ...rest } = JSON.parse(text) as Record<string, unknown>
  if (typeof error_uri === 'string') return error_uri.split('/').at(-1)!
  if (typeof reason === 'string') return reason
  if (typeof code === 'string') return code
  if (status === 400)
    return Object.keys(rest).join() === 'detail' && typeof rest.detail === 'string' ? 'parse_error' : 'invalid_fields'
  const bare = (Object.keys(errors) as ErrorCode[]).filter(
    one => errors[one].status === status && errorRow(one).wireCode === undefined,
  )
  return bare.join(' or ')
}
