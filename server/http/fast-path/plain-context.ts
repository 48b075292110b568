// What steps and handlers of a route on the fast path get in place of Koa's context: that part of it which routes need whose
// answers are JSON. What stands here does as Koa does; a test compares the two byte by byte.
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
  /** By lower-case names, in the order in which they were set first. */
  readonly headers = new Map<string, readonly [name: string, value: string]>()
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

  /** The fast path takes no address with a query. */
  get path(): string {
    return this.req.url!
  }

  /** Nor any request with a condition. */
  get fresh(): boolean {
    return false
  }

  get(name: string): string {
    return (this.req.headers[lowerCase(name)] as string | undefined) ?? ''
  }

  set(field: string | Record<string, string>, value?: string): void {
    if (typeof field !== 'string') for (const [name, one] of Object.entries(field)) this.set(name, one)
    else this.headers.set(lowerCase(field), [field, String(value)])
  }

  remove(name: string): void {
    this.headers.delete(name.toLowerCase())
  }

  vary(field: string): void {
    const [, before] = this.headers.get('vary') ?? []
    if (before === undefined) this.set('Vary', field)
    else if (!before.toLowerCase().split(/ *, */).includes(field.toLowerCase())) this.set('Vary', `${before}, ${field}`)
  }

  get type(): string {
    return (this.headers.get('content-type')?.[1] ?? '').split(';', 1)[0]!.trim()
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

  /** An object, JSON as text, or null for nothing. */
  set body(body: unknown) {
    this.#body = body
    if (body === null) {
      this.status = 204
      this.remove('Content-Type')
      return
    }
    if (!this.#isStatusSet) this.status = 200
    if (!this.headers.has('content-type')) this.type = 'application/json'
  }

  /** Sends what was said. */
  respond(): void {
    const { res } = this
    if (!(res.socket?.writable ?? true)) {
      res.end()
      return
    }
    const { status, lines, text } = this.said()
    res.writeHead(status, lines)
    res.end(text)
  }

  /** The answer as it goes over the wire; `lines`: names and values of headers in turns. */
  said(): Answer {
    const text = this.#body === null ? '' : typeof this.#body === 'string' ? this.#body : JSON.stringify(this.#body)
    const lines: string[] = []
    for (const [name, value] of this.headers.values()) lines.push(name, value)
    lines.push('Content-Length', String(Buffer.byteLength(text)))
    return { status: this.#status, lines, text }
  }
}

/** Names of headers that the program has, which are few. */
const known = new Map<string, string>()

function lowerCase(name: string): string {
  const found = known.get(name)
  if (found !== undefined) return found
  const lower = name.toLowerCase()
  known.set(name, lower)
  return lower
}
