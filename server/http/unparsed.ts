// Answers to requests that fail in Node's HTTP parser, or before the application is called: in the JSON of the API,
// whatever their path, since a request that cannot be parsed has none.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ErrorCode, refuse } from '../protocol/errors.js'
import { PlainContext } from './fast-path/plain-context.js'
import type { Context } from './handler.js'
import type { Presenter } from './presenters.js'

/** Error codes for Node's errors; other errors of its HTTP parser are `malformed_request`. */
const codes: Record<string, ErrorCode> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'payload_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

/**
 * The error code for an error of Node's HTTP server.
 * @returns null if the connection is broken and no answer can be sent
 */
export function codeOfParser({ code = '' }: NodeJS.ErrnoException): ErrorCode | null {
  return codes[code] ?? (code.startsWith('HPE_') ? 'malformed_request' : null)
}

export type UnparsedDeps = {
  presenter: Presenter
  uuid: () => string
  log: { debug(details: object, message: string): void }
}

export type RefuseUnparsed = (code: ErrorCode, request: IncomingMessage, response: ServerResponse) => void

/** Refuses a request and closes its connection: the next one's beginning is unknown or ambiguous (RFC 9112 §11.2). */
export function createUnparsed({ presenter: { write, headers }, uuid, log }: UnparsedDeps): RefuseUnparsed {
  return (code, request, response) => {
    const requestId = uuid()
    const ctx = new PlainContext(request, response)
    ctx.state.requestId = requestId
    ctx.set('X-Request-Id', requestId)
    ctx.set(headers)
    // CONNECT names a host, not a resource of this server: no method is allowed for it (RFC 9110 §10.2.1).
    const details = code === 'method_not_allowed' ? { headers: { Allow: '' } } : {}
    void write(ctx as unknown as Context, refuse(code, details))
    response.shouldKeepAlive = false
    ctx.respond()
    log.debug({ requestId, code, address: request.socket.remoteAddress }, 'a request ended at the parser')
  }
}
