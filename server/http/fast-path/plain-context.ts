// The context that steps and handlers on the fast path get in place of Koa's: the part of Koa's context that routes
// with JSON answers use. It behaves as Koa does; a test compares the two byte by byte.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context, State } from '../handler.js'

type PartOfContext = Pick<
  Context,
  'req' | 'res' | 'method' | 'path' | 'querystring' | 'get' | 'remove' | 'vary' | 'status' | 'body' | 'params' | 'state'
> & { set(field: string | Record<string, string>, value?: string): void; type: string; fresh: boolean }

export type Answer = { status: number; lines: string[]; text: string }

export class PlainContext implements PartOfContext {
  readonly state = {} as State
  readonly request: { body: unknown } = { body: undefined }
  readonly params: Record<string, string> = {}
  readonly querystring = ''
  /** Headers in the order in which they were set first: names in lower case, and the lines that `writeHead` takes. */
  readonly #names: string[] = []
  readonly #lines: string[] = []
  #status = 404
  #isStatusSet = false
  #body: unknown

  constructor(
    readonly req: IncomingMessage,
    readonly res: ServerResponse,
  ) {}

  get method(): string {
    return this.req.method!
  }

  /** The path of the request; the fast path takes no address with a query string. */
  get path(): string {
    return this.req.url!
  }

  /** Whether the client's cached copy is current. Always false: the fast path takes no conditional requests. */
  get fresh(): boolean {
    return false
  }

  get(name: string): string {
    return (this.req.headers[lowerCase(name)] as string | undefined) ?? ''
  }

  set(field: string | Record<string, string>, value?: string): void {
    if (typeof field !== 'string') {
      for (const name of Object.keys(field)) this.set(name, field[name])
      return
    }
    const name = lowerCase(field)
    const at = this.#names.indexOf(name)
    if (at === -1) {
      this.#names.push(name)
      this.#lines.push(field, String(value))
    } else {
      this.#lines[2 * at] = field
      this.#lines[2 * at + 1] = String(value)
    }
  }

  remove(field: string): void {
    const at = this.#names.indexOf(lowerCase(field))
    if (at === -1) return
    this.#names.splice(at, 1)
    this.#lines.splice(2 * at, 2)
  }

  #valueOf(name: string): string | undefined {
    const at = this.#names.indexOf(name)
    return at === -1 ? undefined : this.#lines[2 * at + 1]
  }

  vary(field: string): void {
    const before = this.#valueOf('vary')
    if (before === undefined) this.set('Vary', field)
    else if (!before.toLowerCase().split(/ *, */).includes(field.toLowerCase())) this.set('Vary', `${before}, ${field}`)
  }

  get type(): string {
    return (this.#valueOf('content-type') ?? '').split(';', 1)[0]!.trim()
  }

  set type(type: string) {
    this.set('Content-Type', type === 'application/json' ? 'application/json; charset=utf-8' : type)
  }

  get status(): number {
    return this.#status
  }

  set status(status: number) {
    this.#status = status
    this.#isStatusSet = true
  }

  get body(): unknown {
    return this.#body
  }

  /** The body of the response: an object, JSON as text, or null for none. */
  set body(body: unknown) {
    this.#body = body
    if (body === null) {
      this.status = 204
      this.remove('Content-Type')
      return
    }
    if (!this.#isStatusSet) this.status = 200
    if (!this.#names.includes('content-type')) this.type = 'application/json'
  }

  /** Sends the response. */
  respond(): void {
    const { res } = this
    // A body that could not be parsed was refused already (http-server.ts).
    if (res.writableEnded) return
    if (!(res.socket?.writable ?? true)) {
      res.end()
      return
    }
    const { status, lines, text } = this.serialized()
    res.writeHead(status, lines)
    res.end(text)
  }

  /** The response as it is sent; `lines`: names and values of headers, alternating. */
  serialized(): Answer {
    const text = this.#body === null ? '' : typeof this.#body === 'string' ? this.#body : JSON.stringify(this.#body)
    const lines = [...this.#lines, 'Content-Length', String(Buffer.byteLength(text))]
    return { status: this.#status, lines, text }
  }
}

/** Cache of header names in lower case; the program uses few of them. */
const known = new Map<string, string>()

function lowerCase(name: string): string {
  const found = known.get(name)
  if (found !== undefined) return found
  const lower = name.toLowerCase()
  known.set(name, lower)
  return lower
}
