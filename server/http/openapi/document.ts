// The document of the API (OpenAPI 3.1), made from the table of routes and the table of kinds: what stands in neither is not
// in it.
import type { AnyAccess, Kind, Kinds, Security } from '../kinds/kind.js'
import type { RouteRow } from '../route.js'
import { tagOf, tags } from './tags.js'

export type DocumentSource<N extends string, A extends AnyAccess> = {
  routes: Readonly<Record<N, RouteRow<A>>>
  kinds: Kinds<A>
  issuer: string
  version: string
}

export function openApiDocument<N extends string, A extends AnyAccess>(source: DocumentSource<N, A>) {
  const { routes, kinds, issuer, version } = source
  const paths: Record<string, Record<string, object>> = {}
  for (const [name, row] of Object.entries(routes) as [N, RouteRow<A>][]) {
    const kind = kinds[row.access.kind as A['kind']] as unknown as Kind<A>
    // Pages are for people.
    if (kind.presenter === 'page') continue
    const path = row.path.replace(/:(\w+)/g, '{$1}')
    paths[path] ??= {}
    paths[path][row.method.toLowerCase()] = operationOf(name, row, kind)
  }
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
    components: { securitySchemes },
  }
}

const about = [
  'A central token server: sign-out that is true everywhere, and nobody logged out by mistake.',
  'Each path is taken with a slash at its end as well. Times are ISO 8601 in UTC.',
].join('\n\n')

function operationOf<A extends AnyAccess>(name: string, row: RouteRow<A>, kind: Kind<A>) {
  return {
    operationId: name,
    tags: [tagOf(row.path)],
    summary: row.what,
    description: `For ${kind.who(row.access)}.`,
    security: kind.security(row.access),
    parameters: pathParametersOf(row.path),
    responses: { default: { description: 'An answer.' } },
  }
}

function pathParametersOf(path: string): object[] {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name)
  return names.map(name => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
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
  applicationSecret: {
    type: 'http',
    scheme: 'basic',
    description:
      'An application proves to be the one it says: by its client_id and client_secret, both form-encoded before (RFC 6749 §2.3.1). They may stand in the form instead, or a signed assertion in the place of the secret (RFC 7523); one without a secret gives its client_id in the form.',
  },
}
