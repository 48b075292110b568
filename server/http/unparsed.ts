// Answers to requests that end at Node's HTTP parser, or before the application is asked: in the form of the API, whatever path they
// name, as one that cannot be read has none.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ErrorCode, refuse } from '../protocol/errors.js'
import { PlainContext } from './fast-path/plain-context.js'
import type { Context } from './handler.js'
import type { Presenter } from './presenters.js'

/** What Node's errors come to; those of its parser that are not here are a `malformed_request`. */
const codes: Record<string, ErrorCode> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'payload_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

/** @returns null where there is nobody to be told, as the connection is broken */
export function codeOfParser({ code = '' }: NodeJS.ErrnoException): ErrorCode | null {
  return codes[code] ?? (code.startsWith('HPE_') ? 'malformed_request' : null)
}

export type UnparsedDeps = {
  presenter: Presenter
  uuid: () => string
  log: { debug(details: object, message: string): void }
}

export type RefuseUnparsed = (code: ErrorCode, request: IncomingMessage, response: ServerResponse) => void

/** It closes the connection: where the next request would begin is not known, or not agreed upon (RFC 9112 §11.2). */
export function createUnparsed({ presenter: { write, headers }, uuid, log }: UnparsedDeps): RefuseUnparsed {
  return (code, request, response) => {
    const requestId = uuid()
    const ctx = new PlainContext(request, response)
    ctx.state.requestId = requestId
    ctx.set('X-Request-Id', requestId)
    ctx.set(headers)
    // No method is allowed for what is named, which is no resource of ours (RFC 9110 §10.2.1).
    const details = code === 'method_not_allowed' ? { headers: { Allow: '' } } : {}
    void write(ctx as unknown as Context, refuse(code, details))
    response.shouldKeepAlive = false
    ctx.respond()
    log.debug({ requestId, code, address: request.socket.remoteAddress }, 'a request ended at the parser')
  }
}
