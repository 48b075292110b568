// The body of a request: its bytes come from body-bytes.ts (limit, inflation), and what they mean is decided by the strict
// parsers of body-types.ts, once.
import { type ErrorCode, refuse } from '../../protocol/errors.js'
import type { Context, Step } from '../handler.js'
import { createBodyBytes } from './body-bytes.js'
import { type BodyName, bodyTypes, type Parsers } from './body-types.js'

export type Body = { begin: Step; read: Step }

export type Bodies = Readonly<Record<BodyName, Body>>

/** Timeout for a body, counted from the headers, in ms: after a slow one the checks made before it may be out of date. */
const longestWait = 10_000

/** What refuses a body, whatever is to be in it. */
export const refusedBodies = [
  'parse_error',
  'request_timeout',
  'payload_too_large',
  'unsupported_media_type',
] as const satisfies readonly ErrorCode[]

/** @param wait in ms, for tests */
export function createBodies(wait = longestWait): Bodies {
  const made = (name: BodyName) => createBody(bodyTypes[name], wait)
  return { fields: made('fields'), json: made('json'), form: made('form') }
}

/**
 * Two steps, since others come between them: `begin` starts the time that a body has, `read` puts the fields of the request
 * into `ctx.request.body`; an empty request has none.
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

/** @throws request_timeout; RFC 9110 §15.5.9: the connection is closed, what is left of the body is read by nobody */
async function inTime<T>(ctx: Context, reading: Promise<T>): Promise<T> {
  // After the timeout nothing awaits it: its error must not become an unhandled rejection.
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

/** @param type as it was sent; what stands in none (RFC 9110 §8.3.1) is not told again */
function unsupported(type: string) {
  const told = type.slice(0, 100).replace(/[^\w!#$&^.+*/;=" -]/g, '?')
  return refuse('unsupported_media_type', { detail: `Unsupported media type ${JSON.stringify(told)} in request.` })
}
