// An HTTPS host on this machine that serves client ID metadata documents, and a token server that resolves its name.
import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Policy } from '../../server/policy/policies.js'
import { anAuthority, textOf } from './certificates.js'
import { sqlite } from './engines.js'
import { aServer, type ServerOptions, type TestServer, testSettings } from './server.js'

/** The host name of the certificate. */
const name = 'tool.example'

export type Answer = {
  status?: number
  headers?: Record<string, string>
  /** Text or a Buffer is sent as it is, other values as JSON. */
  body?: unknown
}

export type DocumentHost = {
  /** `tool.example:PORT`. */
  host: string
  origin: string
  /** PEM of the certificate authority. */
  ca: string
  /** Answers by path; a function writes the response itself, or none. */
  answers: Map<string, Answer | RequestListener>
  /** The requested paths, in order. */
  asked: string[]
  /** Publishes a document. @returns its address, which is the `client_id` */
  publish(path: string, document?: Record<string, unknown>, headers?: Record<string, string>): string
  close(): void
}

export async function aDocumentHost(): Promise<DocumentHost> {
  const authority = anAuthority('for documents')
  const { cert, key } = authority.sign(name)
  const answers: DocumentHost['answers'] = new Map()
  const asked: string[] = []
  const listener = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
    asked.push(request.url!)
    const answer = answers.get(request.url!) ?? { status: 404 }
    if (typeof answer === 'function') return answer(request, response)
    const { status = 200, headers = {}, body = '' } = answer
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
    response.end(typeof body === 'string' || body instanceof Buffer ? body : JSON.stringify(body))
  })
  await new Promise<void>(resolve => listener.listen(0, '127.0.0.1', resolve))
  const host = `${name}:${(listener.address() as AddressInfo).port}`
  const origin = `https://${host}`
  return {
    host,
    origin,
    ca: textOf(authority.ca),
    answers,
    asked,
    publish(path, document = {}, headers = {}) {
      const client_id = `${origin}${path}`
      const body = { client_id, client_name: 'Tool', redirect_uris: ['http://127.0.0.1/callback'], ...document }
      answers.set(path, { body, headers })
      return client_id
    },
    close() {
      listener.closeAllConnections()
      listener.close()
    },
  }
}

/** A server that resolves every name to this machine, and may send requests to the hosts in `mayCall`. */
export async function aServerThatFetches(
  { host, ca }: Pick<DocumentHost, 'host' | 'ca'>,
  policy: Partial<Policy> = {},
  { mayCall = [name], ...options }: ServerOptions & { mayCall?: string[] } = {},
): Promise<TestServer> {
  const settings = { ...testSettings(await sqlite.migrated()), outgoingAllow: { hosts: mayCall, networks: [] } }
  const outgoing = { ca, resolve: async () => [{ address: '127.0.0.1', family: 4 }] }
  const server = await aServer({ settings, ...options, ports: { outgoing, ...options.ports } })
  await server.setPolicy({
    client_id_metadata_documents: 'listed_hosts',
    client_id_metadata_document_hosts: host,
    ...policy,
  })
  return server
}
