// Responses that are serialized once, with an ETag, and are the same for all clients until what they are made of changes.
import { createHash } from 'node:crypto'
import { jwksMaxAge } from '../policy/key-life.js'
import type { Context } from './handler.js'

export type Prepared = { text: string; tag: string }

export function prepareJson(value: unknown): Prepared {
  const text = JSON.stringify(value)
  return { text, tag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` }
}

/** Answers a prepared response, or 304 if the client has it cached. It may be cached for as long as the public keys. */
export function answerPrepared(ctx: Context, { text, tag }: Prepared): void {
  ctx.type = 'application/json'
  ctx.set('Cache-Control', `public, max-age=${jwksMaxAge}`)
  ctx.set('ETag', tag)
  // Koa's `fresh` is false while the status is still the default 404.
  ctx.status = 200
  if (ctx.fresh) ctx.status = 304
  else ctx.body = text
}
