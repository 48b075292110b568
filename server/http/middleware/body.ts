// koa-bodyparser reads the bytes (limit, inflation); what they mean is decided here, by strict parsers, once.
import { isUtf8 } from 'node:buffer'
import { Busboy } from '@fastify/busboy'
import type { Middleware } from 'koa'
import bodyParser from 'koa-bodyparser'
import { refuse } from '../../protocol/errors.js'
import { JsonError, parseStrictJson } from '../../protocol/json.js'
import type { Context } from '../handler.js'

export type Fields = Record<string, unknown>

export type Body = { begin: Middleware; read: Middleware }

const limit = '64kb'
/** How much of a multipart body is parsed at once, in bytes. */
const pieceSize = 4_096

const parsers = {
  'application/json': parseJson,
  'application/x-www-form-urlencoded': parseForm,
  'multipart/form-data': parseMultipart,
} as const satisfies Record<string, (bytes: Buffer, contentType: string) => unknown>

/** How long a body may take from the headers on, in ms: whoever sends one slower holds back what was judged by then. */
const longestWait = 10_000

/**
 * Two steps, since others come between them: `begin` starts the time that a body has, `read` puts the fields of the request
 * into `ctx.request.body`; an empty request has none.
 * @param wait in ms, for tests
 */
export function createBody(wait = longestWait): Body {
  const parseBody = bodyParser({
    enableTypes: ['text'],
    extendTypes: { text: ['*/*'] },
    textLimit: limit,
    // Bytes, not text: bytes that are no UTF-8 are an error, not a password with other characters in it.
    ...{ encoding: null },
    onerror(error, ctx) {
      ctx.set('Connection', 'close')
      const { status } = error as { status?: number }
      if (status === 413) throw refuse('payload_too_large')
      if (status === 415) throw unsupported(`content-encoding ${ctx.get('Content-Encoding')}`)
      throw refuse('parse_error', { detail: 'The request body could not be read.', cause: error })
    },
  })
  const begin: Middleware = (ctx, next) => {
    ctx.state.bodyDueAt = performance.now() + wait
    return next()
  }

  const read: Middleware = async (ctx, next) => {
    await inTime(
      ctx as unknown as Context,
      parseBody(ctx as never, async () => {}),
    )
    const raw = ctx.request.rawBody as unknown as Buffer | string | undefined
    const bytes = Buffer.isBuffer(raw) ? raw : Buffer.alloc(0)
    ctx.request.body = await parse(ctx as unknown as Context, bytes)
    await next()
  }
  return { begin, read }
}

/** @throws request_timeout; RFC 9110 §15.5.9: the connection is closed, what is left of the body is read by nobody */
async function inTime(ctx: Context, reading: Promise<unknown>): Promise<void> {
  // Once nobody waits for it, it may fail as it likes.
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
    await Promise.race([reading, late])
  } finally {
    clearTimeout(timer)
  }
}

async function parse(ctx: Context, bytes: Buffer): Promise<unknown> {
  const length = ctx.request.length ?? 0
  const contentType = ctx.get('Content-Type')
  if (bytes.length === 0 && length === 0) return {}
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase()
  if (!Object.hasOwn(parsers, type)) throw unsupported(contentType)
  return parsers[type as keyof typeof parsers](bytes, contentType)
}

function parseJson(bytes: Buffer): unknown {
  try {
    return parseStrictJson(decode(bytes))
  } catch (error) {
    const why = error instanceof JsonError ? error.message : 'not UTF-8'
    throw refuse('parse_error', { detail: `JSON parse error - ${why}` })
  }
}

function parseForm(bytes: Buffer): Fields {
  // Some clients (curl -d) escape nothing: what stands there as it is must be UTF-8 too.
  if (!isUtf8(bytes)) throw refuse('parse_error', { detail: 'Form parse error - not UTF-8' })
  const text = bytes.toString()
  try {
    return single(
      text.split('&').flatMap(pair => {
        if (pair === '') return []
        const [name, value] = [pair.replace(/=.*/s, ''), pair.includes('=') ? pair.replace(/^[^=]*=/s, '') : '']
        return [[unescapeForm(name), unescapeForm(value)] as const]
      }),
    )
  } catch (error) {
    throw error instanceof URIError ? refuse('parse_error', { detail: 'Form parse error - a bad %-escape' }) : error
  }
}

function unescapeForm(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}

function parseMultipart(bytes: Buffer, contentType: string): Promise<Fields> {
  const broken = (why: string) => refuse('parse_error', { detail: `Multipart form parse error - ${why}` })
  if (!isUtf8(bytes)) throw broken('not UTF-8')
  return new Promise((resolve, reject) => {
    let busboy: InstanceType<typeof Busboy>
    try {
      busboy = new Busboy({
        headers: { 'content-type': contentType },
        // Every part is read as text: the library's file streams throw past every handler when a body is cut off.
        isPartAFile: () => false,
        limits: { fields: 50, parts: 50, headerPairs: 20 },
      })
    } catch {
      reject(broken('no boundary'))
      return
    }
    const pairs: [string, string][] = []
    let refused = false
    const fail = (why: string) => {
      refused = true
      reject(broken(why))
    }
    busboy.on('field', (name: string, value: string) => pairs.push([name, value]))
    busboy.on('fieldsLimit', () => fail('too many fields'))
    busboy.on('partsLimit', () => fail('too many fields'))
    busboy.on('error', () => fail('the body is cut off'))
    busboy.on('finish', () => {
      try {
        resolve(single(pairs))
      } catch (error) {
        reject(error)
      }
    })
    // Piece by piece, and no further than the first thing that is wrong.
    for (let at = 0; at < bytes.length && !refused; at += pieceSize) busboy.write(bytes.subarray(at, at + pieceSize))
    busboy.end()
  })
}

/** RFC 6749 §3.1: a parameter must not be there more than once. */
function single(pairs: readonly (readonly [string, string])[]): Fields {
  const fields: Fields = Object.create(null)
  for (const [name, value] of pairs) {
    if (name in fields)
      throw refuse('parse_error', { detail: `Form parse error - repeated field ${JSON.stringify(name.slice(0, 40))}` })
    fields[name] = value
  }
  return fields
}

function decode(bytes: Buffer): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}

function unsupported(type: string) {
  return refuse('unsupported_media_type', {
    detail: `Unsupported media type ${JSON.stringify(type.slice(0, 100))} in request.`,
  })
}
