// The document of the API (OpenAPI 3.1), made from the table of routes and the table of kinds.
import { setImmediate } from 'node:timers/promises'
import type { AnyAccess, Kind, Kinds, Security } from '../kinds/kind.js'
import type { RouteRow } from '../route.js'
import { pathParametersOf, queryParametersOf, requestBodyOf } from './requests.js'
import { responsesOf } from './responses.js'
import { createSchemas, type Schema } from './schemas.js'
import { tagOf, tags } from './tags.js'

export type DocumentSource<N extends string, A extends AnyAccess> = {
  routes: Readonly<Record<N, RouteRow<A>>>
  kinds: Kinds<A>
  issuer: string
  version: string
}

/** Makes the document. Other requests are served between its operations, since all of them together take a while. */
export async function openApiDocument<N extends string, A extends AnyAccess>(source: DocumentSource<N, A>) {
  const { routes, kinds, issuer, version } = source
  const schemas = createSchemas()

  function operationOf(name: string, row: RouteRow<A>, kind: Kind<A>): Operation {
    const parameters = [...pathParametersOf(row.path), ...queryParametersOf(row)]
    const requestBody = row.method === 'GET' ? undefined : requestBodyOf(schemas, name, row, kind)
    return {
      operationId: name,
      tags: [tagOf(row.path)],
      summary: row.what,
      description: `Who may call: ${kind.who(row.access)}.`,
      security: kind.security(row.access),
      ...(parameters.length > 0 && { parameters }),
      ...(requestBody && { requestBody }),
      responses: responsesOf(schemas, row, kind, issuer),
    }
  }

  const paths: Record<string, Record<string, Operation>> = {}
  for (const [name, row] of Object.entries(routes) as [N, RouteRow<A>][]) {
    const kind = kinds[row.access.kind as A['kind']] as unknown as Kind<A>
    // Pages are not part of the API.
    if (kind.presenter === 'page') continue
    const path = row.path.replace(/:(\w+)/g, '{$1}')
    paths[path] ??= {}
    paths[path][row.method.toLowerCase()] = operationOf(name, row, kind)
    await setImmediate()
  }
  const responses = takeOutRepeated(Object.values(paths).flatMap(methods => Object.values(methods)))
  return {
    openapi: '3.1.1',
    info: {
      title: 'Darvoza',
      version,
      description: about,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: issuer }],
    tags: tags.flatMap(tag => ('about' in tag ? [{ name: tag.name, description: tag.about }] : [])),
    paths,
    components: { securitySchemes, responses, schemas: schemas.components },
  }
}

const about = [
  'A central token server for OAuth 2.0, OpenID Connect and clients of simplejwt: sign-out that is true everywhere, and nobody logged out by mistake.',
  'Each path is taken with a slash at its end as well. Times are ISO 8601 in UTC. Bodies have 64 KB at most.',
].join('\n\n')

type Operation = {
  operationId: string
  tags: string[]
  summary: string
  description: string
  security: Security[]
  parameters?: Schema[]
  requestBody?: Schema
  responses: Record<string, Schema>
}

/** Moves answers that several operations have into components, which the operations refer to. */
function takeOutRepeated(operations: readonly Operation[]): Record<string, Schema> {
  const uses = new Map<string, number>()
  const texts = operations.flatMap(({ responses }) => Object.values(responses).map(one => JSON.stringify(one)))
  for (const text of texts) uses.set(text, (uses.get(text) ?? 0) + 1)
  const named = new Map<string, string>()
  const components: Record<string, Schema> = {}
  for (const operation of operations)
    for (const [status, response] of Object.entries(operation.responses)) {
      const text = JSON.stringify(response)
      if (uses.get(text) === 1) continue
      const name = named.get(text) ?? `Answer${named.size + 1}With${status}`
      named.set(text, name)
      components[name] = response
      operation.responses[status] = { $ref: `#/components/responses/${name}` }
    }
  return components
}

const securitySchemes: Record<keyof Security, object> = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'An access token in the Authorization header. What is named beside it is the permission or scope it needs.',
  },
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: '`Token dvz_key_…`. What is named beside it is the scope that the key needs.',
  },
  registrationToken: {
    type: 'http',
    scheme: 'bearer',
    description:
      'Of an application that registers itself: the initial access token of an administrator, `dvz_iat_…`; of one that has done so its registration access token, `dvz_reg_…`.',
  },
  applicationSecret: {
    type: 'http',
    scheme: 'basic',
    description:
      'An application proves to be the one it says: by its client_id and client_secret, both form-encoded before (RFC 6749 §2.3.1). They may stand in the form instead, or a signed assertion in the place of the secret (RFC 7523); one without a secret gives its client_id in the form.',
  },
}
