// The body of a request: body-bytes.ts reads its bytes (limit, decompression), and a strict parser of body-types.ts
// parses them, once.
import { type ErrorCode, refuse } from '../../protocol/errors.js'
import type { Context, Step } from '../handler.js'
import { createBodyBytes } from './body-bytes.js'
import { type BodyName, bodyTypes, type Parsers } from './body-types.js'

export type Body = { begin: Step; read: Step }

export type Bodies = Readonly<Record<BodyName, Body>>

/** Timeout for a body from its headers on, in ms: after a slow body the checks made before may be out of date. */
const longestWait = 10_000

/** Error codes of refused bodies, whatever their content. */
export const refusedBodies = [
  'parse_error',
  'request_timeout',
  'payload_too_large',
  'unsupported_media_type',
] as const satisfies readonly ErrorCode[]

/** @param wait timeout in ms, for tests */
export function createBodies(wait = longestWait): Bodies {
  const made = (name: BodyName) => createBody(bodyTypes[name], wait)
  return { fields: made('fields'), json: made('json'), form: made('form') }
}

/**
 * Two steps, since others run between them: `begin` starts the timeout of the body, `read` sets `ctx.request.body` to
 * its fields; an empty request has none.
 */
function createBody(parsers: Parsers, wait: number): Body {
  const bytesOf = createBodyBytes((error, ctx) => {
    ctx.set('Connection', 'close')
    if (error.status === 413) throw refuse('payload_too_large')
    if (error.status === 415) throw unsupported(`content-encoding ${ctx.get('Content-Encoding')}`)
    throw refuse('parse_error', { detail: 'The request body could not be read.', cause: error })
  })
  const begin: Step = (ctx, next) => {
    ctx.state.bodyDueAt = performance.now() + wait
    return next()
  }

  const read: Step = async (ctx, next) => {
    ctx.request.body = await parse(ctx, await inTime(ctx, bytesOf(ctx)), parsers)
    await next()
  }
  return { begin, read }
}

/**
 * Waits for a body until its timeout.
 * @throws request_timeout; RFC 9110 §15.5.9: the connection is closed and the rest of the body not read
 */
async function inTime<T>(ctx: Context, reading: Promise<T>): Promise<T> {
  // After the timeout the promise is not awaited: its error must not become an unhandled rejection.
  reading.catch(() => {})
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => {
        ctx.set('Connection', 'close')
        reject(refuse('request_timeout'))
      },
      Math.max(0, ctx.state.bodyDueAt! - performance.now()),
    )
  })
  try {
    return await Promise.race([reading, late])
  } finally {
    clearTimeout(timer)
  }
}

async function parse(ctx: Context, bytes: Buffer, parsers: Parsers): Promise<unknown> {
  const contentType = ctx.get('Content-Type')
  if (bytes.length === 0 && !(Number(ctx.get('Content-Length')) > 0)) return {}
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase()
  if (!Object.hasOwn(parsers, type)) throw unsupported(contentType)
  return parsers[type]!(bytes, contentType)
}

/**
 * The refusal of a media type.
 * @param type as it was sent; it is repeated in the answer only if it is one (RFC 9110 §8.3.1)
 */
function unsupported(type: string) {
  const printable = type.slice(0, 100).replace(/[^\w!#$&^.+*/;=" -]/g, '?')
  return refuse('unsupported_media_type', { detail: `Unsupported media type ${JSON.stringify(printable)} in request.` })
}
