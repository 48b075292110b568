// Responses with node:http itself, for Express and for servers without a framework.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GivenAnswer } from './require-token.js'

export function writeAnswer(res: ServerResponse, { status, headers, body }: GivenAnswer): void {
  res.statusCode = status
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  if (body === null) return void res.end()
  const text = JSON.stringify(body)
  res.setHeader('Content-Type', 'application/json; charset=utf-8')
  res.setHeader('Content-Length', Buffer.byteLength(text))
  res.end(text)
}

/** The origin of a request, `https://host`, by its own header. */
export function originOf({ socket, headers }: IncomingMessage, protocol?: string): string {
  const scheme = protocol ?? ('encrypted' in socket && socket.encrypted ? 'https' : 'http')
  return `${scheme}://${headers.host ?? headers[':authority'] ?? ''}`
}
