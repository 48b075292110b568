// Validation of HTTP responses against the OpenAPI document: status, error code, media type and JSON schema.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { type Access, kinds } from '../../server/http/kinds/kinds.js'
import { openApiDocument } from '../../server/http/openapi/document.js'
import type { RouteRow } from '../../server/http/route.js'
import { routes } from '../../server/http/routes.js'
import type { ErrorCode } from '../../server/protocol/errors.js'
import { issuer } from './server.js'

export type Told = { status: number; headers: { get(name: string): string | null }; text: string }

type Response = { $ref?: string; description?: string; content?: Record<string, { schema: object }> }
type Operation = { operationId: string; responses: Record<string, Response> }

/**
 * Responses seen in this process so far, as `OPERATION STATUS CODE`; the code is `-` for a response that is no error.
 */
export const answered = new Set<string>()

let reading: ReturnType<typeof read> | null = null

/** The document, read once for all tests of a process. */
const theDocument = () => {
  reading ??= read()
  return reading
}

/** Validates a response; paths outside the document are skipped. @throws Error if the document does not describe it */
export async function check(method: string, path: string, told: Told): Promise<void> {
  const { operationAt, validatorOf, resolved } = await theDocument()
  const operation = operationAt(method, path)
  if (!operation) return
  const { operationId: name, responses } = operation
  const wrong = (why: string) => new Error(`${name} ${why}: ${told.status} ${told.text.slice(0, 500)}`)
  const found = responses[told.status]
  if (!found) throw wrong('answers with a status that the document does not have')
  const response = resolved(found)
  const code = told.status < 400 ? '-' : codeIn(told)
  if (!codesIn(response).includes(code)) throw wrong(`refuses with ${code}, which the document does not have`)
  const type = (told.headers.get('content-type') ?? '').split(';', 1)[0]!
  const media = told.text === '' ? undefined : response.content?.[type]
  if (told.text !== '' && !media) throw wrong(`answers in ${type || 'nothing'}, which the document does not have`)
  if (told.text === '' && response.content) throw wrong('answers with nothing')
  if (media && type === 'application/json') {
    const validate = validatorOf(media.schema)
    if (!validate(JSON.parse(told.text)))
      throw wrong(`answers what the document does not tell, ${JSON.stringify(validate.errors)}`)
  }
  answered.add(`${name} ${told.status} ${code}`)
}

/** All responses that the document describes, in the form of `answered`. */
export async function documentedAnswers(): Promise<string[]> {
  const { operations, resolved } = await theDocument()
  return operations.flatMap(({ operation: { operationId, responses } }) =>
    Object.entries(responses).flatMap(([status, response]) =>
      codesIn(resolved(response)).map(code => `${operationId} ${status} ${code}`),
    ),
  )
}

async function read() {
  const table = routes as Record<string, RouteRow<Access>>
  const document = await openApiDocument<string, Access>({ routes: table, kinds, issuer, version: 'test' })
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      segments: path.split('/'),
      operation: operation as Operation,
    })),
  )
  const ajv = addFormats.default(new Ajv2020({ strict: false }))
  ajv.addSchema(document, 'document')
  const validators = new Map<object, ValidateFunction>()

  return {
    operations,

    operationAt(method: string, path: string): Operation | undefined {
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
      // Literal path segments take precedence over path parameters.
      const variables = (segments: string[]) => segments.filter(segment => segment.startsWith('{')).length
      return fitting.sort((one, other) => variables(one.segments) - variables(other.segments))[0]?.operation
    },

    resolved(response: Response): Response {
      const name = response.$ref?.split('/').at(-1)
      return name === undefined ? response : (document.components.responses[name] as Response)
    },

    /** The validator of a schema in the document, with its `$ref`s resolved there. */
    validatorOf(schema: object): ValidateFunction {
      const known = validators.get(schema)
      if (known) return known
      const made = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')))
      validators.set(schema, made)
      return made
    },
  }
}

function codesIn({ description = '' }: Response): string[] {
  const codes = [...description.matchAll(/^- \[`(\w+)`\]/gm)].map(([, code]) => code!)
  return codes.length > 0 ? codes : ['-']
}

const unspoken: Readonly<Record<number, ErrorCode>> = {
  401: 'not_authenticated',
  403: 'permission_denied',
  404: 'not_found',
  405: 'method_not_allowed',
  406: 'not_acceptable',
  415: 'unsupported_media_type',
}

/** The error code of a response; derived from the status where the wire format has no code. */
function codeIn({ status, text }: Told): string {
  const { error_uri, reason, code, ...rest } = JSON.parse(text) as Record<string, unknown>
  if (typeof error_uri === 'string') return error_uri.split('/').at(-1)!
  if (typeof reason === 'string') return reason
  if (typeof code === 'string') return code
  if (status === 400) return typeof rest.detail === 'string' ? 'parse_error' : 'invalid_fields'
  return unspoken[status] ?? 'a code that nobody knows'
}
