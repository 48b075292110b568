// The bytes of a body. A body with Content-Length and no encoding is read here; others, which may be compressed or
// chunked, by koa-bodyparser.
import type { IncomingMessage } from 'node:http'
import type { Middleware } from 'koa'
import type { Context } from '../handler.js'

/** The longest body, in bytes. */
const longestBody = 65_536

/** @param fail throws the refusal for an error of the body parser */
export function createBodyBytes(fail: (error: { status?: number }, ctx: Context) => never) {
  /** koa-bodyparser, loaded by the first request that needs it: few do, and it takes 10 MB. */
  let parser: Promise<Middleware> | null = null

  async function loaded(): Promise<Middleware> {
    const { default: bodyParser } = await import('koa-bodyparser')
    return bodyParser({
      enableTypes: ['text'],
      extendTypes: { text: ['*/*'] },
      textLimit: '64kb',
      // Bytes, not text: bytes that are not UTF-8 are an error, not a password with other characters in it. (Spread,
      // since the library's types do not know this option, which it passes on to raw-body.)
      ...{ encoding: null },
      onerror: (error, ctx) => fail(error as { status?: number }, ctx as unknown as Context),
    })
  }

  return async (ctx: Context): Promise<Buffer> => {
    if (isPlain(ctx.req)) return readPlain(ctx.req).catch(error => fail(error, ctx))
    // A module that could not be loaded, as no file descriptor was free, is loaded again at the next request.
    parser ??= loaded().catch(error => {
      parser = null
      throw error
    })
    await (await parser)(ctx as never, async () => {})
    const raw = ctx.request.rawBody as unknown as Buffer | string | undefined
    return Buffer.isBuffer(raw) ? raw : nothing
  }
}

const nothing = Buffer.alloc(0)

function isPlain({ headers }: IncomingMessage): boolean {
  if (headers['transfer-encoding'] !== undefined || headers['content-encoding'] !== undefined) return false
  return Number(headers['content-length']) <= longestBody
}

/** Reads a body with Content-Length: Node's parser ends it there. */
function readPlain(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.once('end', () => resolve(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)))
    request.once('error', reject)
    request.once(
      'close',
      () => request.complete || reject(Object.assign(new Error('request aborted'), { status: 400 })),
    )
  })
}
