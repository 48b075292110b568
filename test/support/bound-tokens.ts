// A server with applications whose tokens are bound to DPoP keys (RFC 9449), and the requests of these applications.
import type { ApplicationMetadata } from '../../server/policy/application-metadata.js'
import type { CodeRecord } from '../../server/storage/codes.js'
import { aConfidentialApplication, anApplication, basic, inForm } from './applications.js'
import { type Answer, aClient } from './client.js'
import { aBrowser, aCode, type Given, redirectUri } from './codes.js'
import { aHolder, type Holder, type ProofParts } from './dpop.js'
import { aServer, issuer, type ServerOptions, settle, type TestServer } from './server.js'

export const boundMetadata = {
  redirect_uris: [redirectUri],
  response_types: ['code'],
  scope: 'openid profile darvoza:account',
  first_party: true,
} satisfies ApplicationMetadata

export type Form = Record<string, string>
/** What makes the DPoP header of a request: a key holder or a given text; null sends none. */
export type By = Holder | { text: string } | null

export type BoundTokens = Awaited<ReturnType<typeof aServerOfHolders>>

/** Applications: `notes` is a public client, `shop` a confidential one, `robot` a machine with client_credentials. */
export async function aServerOfHolders(options: ServerOptions = {}) {
  const server = await aServer(options)
  const amy = await server.aUser({ username: 'amy' })
  await anApplication(server, 'notes', {
    kind: 'native',
    metadata: { ...boundMetadata, token_endpoint_auth_method: 'none' },
  })
  const shop = await aConfidentialApplication(server, 'shop', { metadata: boundMetadata })
  const robot = await aConfidentialApplication(server, 'robot', {
    kind: 'machine',
    metadata: { grant_types: ['client_credentials'], scope: 'revocations:read' },
  })
  await settle(server.composed)
  const { session: browser } = await aBrowser(server, 'amy')
  return { server, amy, browser, secrets: { shop, robot } as Record<string, string> }
}

/** Requests to one server; `key` is a DPoP key of the client, whose proofs follow the server's clock. */
export function asHolder({ server, browser, secrets }: BoundTokens, at: TestServer = server) {
  const client = aClient(at)
  const key = aHolder(server.clock.now)

  const proven = (by: By, method: string, path: string, token?: string, parts?: ProofParts): Record<string, string> => {
    if (by === null) return {}
    return { DPoP: 'text' in by ? by.text : by.proof(method, issuer + path, token, parts) }
  }

  const ask = (id: string, form: Form, by: By = key, headers: Record<string, string> = {}): Promise<Answer> => {
    const own: Form = secrets[id] === undefined ? { client_id: id } : {}
    const body = new URLSearchParams({ ...own, ...form }).toString()
    const proof = proven(by, 'POST', '/oauth/token')
    const secret = secrets[id] === undefined ? {} : basic(id, secrets[id])
    return client.send('POST', '/oauth/token', { body, headers: { ...inForm, ...secret, ...proof, ...headers } })
  }

  const given = (id: string, changes: Partial<CodeRecord> = {}) =>
    aCode(server, browser, id, { scope: boundMetadata.scope, ...changes })

  const byCode = (id: string, { code, terms }: Given, by: By = key, headers: Record<string, string> = {}) => {
    const { redirectUri: redirect_uri = '', verifier: code_verifier = '' } = terms
    return ask(id, { grant_type: 'authorization_code', code, redirect_uri, code_verifier }, by, headers)
  }

  return {
    client,
    key,
    proven,
    ask,
    given,
    byCode,
    signedIn: async (id: string, by: By = key) => (await byCode(id, await given(id), by)).body,
    byRefresh: (id: string, refresh_token: string, by: By = key) =>
      ask(id, { grant_type: 'refresh_token', refresh_token }, by),
    byItself: (by: By = key) => ask('robot', { grant_type: 'client_credentials' }, by),

    async introspect(id: string, token: string) {
      const headers = { ...inForm, ...basic(id, secrets[id]!) }
      return (await client.send('POST', '/oauth/introspect', { headers, body: String(new URLSearchParams({ token })) }))
        .body
    },

    /** Sends a request with a token and, where `by` says so, a DPoP proof. */
    show(
      [method, path]: readonly [method: string, path: string],
      token: string,
      {
        by = key,
        scheme = 'DPoP',
        headers = {},
        body,
        parts,
      }: { by?: By; scheme?: string; headers?: Record<string, string>; body?: string; parts?: ProofParts } = {},
    ): Promise<Answer> {
      const proof = proven(by, method, path.replace(/\?.*/, ''), token, parts)
      const all = { Authorization: `${scheme} ${token}`, ...proof, ...headers }
      return client.send(method, path, { headers: all, ...(body !== undefined && { body }) })
    },
  }
}

export type AsHolder = ReturnType<typeof asHolder>

/** The error code of a response, in OAuth's or simplejwt's wire format. */
export const codeOf = ({ body }: Answer): string => body.error_uri?.split('/').at(-1) ?? body.reason ?? body.code
