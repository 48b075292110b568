// The responses of an operation of the document: by the schemas of its row, and for errors by the codes of its row, of
// its kind of access, and of its wire format.
import { type ErrorCode, errors } from '../../protocol/errors.js'
import { type WireName, wires } from '../error-answers.js'
import type { AnyAccess, Kind } from '../kinds/kind.js'
import { refusedBodies } from '../middleware/body.js'
import type { RouteRow } from '../route.js'
import { waitingAnswers } from '../waiting.js'
import type { Schema, Schemas } from './schemas.js'

/** The error codes of a route, each once. */
export function refusedBy<A extends AnyAccess>(row: RouteRow<A>, kind: Kind<A>): ErrorCode[] {
  const reads = row.method === 'GET' ? [] : refusedBodies
  const strict = kind.unknown === 'refused' || row.body ? (['invalid_fields'] as const) : []
  const shed = row.shed ? (['server_busy'] as const) : []
  const codes = [...kind.refuses(row.access), ...shed, ...reads, ...strict, ...(row.refuses ?? [])]
  return [...new Set([...codes, ...wires[kind.presenter as WireName].refuses])]
}

/** The responses of an operation, by status. */
export function responsesOf<A extends AnyAccess>(
  schemas: Schemas,
  row: RouteRow<A>,
  kind: Kind<A>,
  issuer: string,
): Record<string, Schema> {
  return { ...answersOf(schemas, row), ...refusalsOf(refusedBy(row, kind), kind, issuer) }
}

const text = { type: 'string' }

const succeeded: Readonly<Record<string, string>> = {
  200: 'Done.',
  201: 'Created.',
  202: 'Done; with `wait`: some resource servers may not know it yet.',
  204: 'Done; no content.',
  304: 'It has not changed since the answer with this `ETag`.',
}

function answersOf(schemas: Schemas, { answers = {}, file, waits, events }: RouteRow): Record<string, Schema> {
  const all = Object.entries(waits ? waitingAnswers(answers) : answers).map(([status, schema]): [string, Schema] => {
    const json = schema && { 'application/json': { schema: schemas.of(schema, 'output') } }
    const csv = file && status === '200' && { 'text/csv': { schema: { type: 'string' } } }
    if (events) return [status, { description: succeeded[status], content: { 'text/event-stream': { schema: text } } }]
    return [status, { description: succeeded[status], ...(json && { content: { ...json, ...csv } }) }]
  })
  return Object.fromEntries(all)
}

function refusalsOf<A extends AnyAccess>(codes: ErrorCode[], kind: Kind<A>, issuer: string): Record<string, Schema> {
  const inHeader = kind.sender === 'token' || kind.sender === 'registrant'
  const answers = wires[kind.presenter as WireName].describe(codes, inHeader, issuer)
  const statuses = [...new Set(answers.map(answer => answer.status))].sort()
  return Object.fromEntries(
    statuses.map((status): [string, Schema] => {
      const of = answers.filter(answer => answer.status === status)
      const allCodes = of.flatMap(answer => answer.codes)
      const [first, ...others] = of.map(answer => answer.schema)
      const schema = others.length === 0 ? first : { anyOf: [first, ...others] }
      return [
        String(status),
        {
          description: allCodes
            .map(code => `- [\`${code}\`](${issuer}/errors/${code}): ${errors[code].text}`)
            .join('\n'),
          ...(headersOf[status] && { headers: headersOf[status] }),
          content: { 'application/json': { schema } },
        },
      ]
    }),
  )
}

const later = { 'Retry-After': { description: 'Seconds until a retry makes sense.', schema: { type: 'integer' } } }

const headersOf: Readonly<Record<number, Schema>> = {
  401: {
    'WWW-Authenticate': {
      description: 'The accepted authentication schemes, and the error (RFC 6750 §3).',
      schema: { type: 'string' },
    },
  },
  429: later,
  503: later,
}
