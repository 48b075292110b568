// Fuzzing of one OAuth endpoint: sends invalid requests and checks the properties common to all OAuth answers.
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { type Hostile, hostilePairs, markup } from './hostile-parameters.js'
import { type RawAnswer, sendRaw } from './raw.js'

export type Door = {
  method: 'GET' | 'POST'
  path: string
  /** Valid values of all parameters; the fuzzed one is replaced. */
  good: Record<string, string>
  headers?: Record<string, string>
  /** The format of its refusals. */
  wire: 'page' | 'oauth'
  /** Text that every answer with status 200 contains. */
  answers?: string
}

/** Number of concurrent requests. */
const width = 8
const form = 'application/x-www-form-urlencoded'

/** @param registered the redirect URIs to which a browser may be sent */
export function aDoor(server: { url: string }, door: Door, registered: readonly string[]) {
  const { method, path, good, headers = {}, wire, answers } = door
  const others = (name: string) => {
    const pairs = Object.entries(good).filter(([other]) => other !== name)
    return String(new URLSearchParams(pairs))
  }

  function ask(query: string, body: Uint8Array | null, more: Record<string, string> = {}): Promise<RawAnswer> {
    const all: Record<string, string> = { Host: 'localhost', ...headers, ...more }
    if (body) all['Content-Length'] = String(body.length)
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
    return sendRaw(server, [`${method} ${path}${query} HTTP/1.1`, ...lines], body ?? '')
  }

  async function askWith(pairs: string): Promise<RawAnswer> {
    if (method === 'GET') return ask(`?${pairs}`, null)
    return ask('', Buffer.from(pairs, 'latin1'), { 'Content-Type': form })
  }

  async function inTurns<T>(items: readonly T[], one: (item: T) => Promise<void>): Promise<void> {
    for (let from = 0; from < items.length; from += width) await Promise.all(items.slice(from, from + width).map(one))
  }

  function judge(what: string, answer: RawAnswer): void {
    const told = `${method} ${path}, ${what}: ${answer.status} ${answer.text.slice(0, 300)}`
    expect(answer.status, told).to.be.below(500)
    expect(answer.headers, told).to.not.have.property('x-evil')
    requireRegistered(answer.headers.location, registered, told)
    const type = answer.headers['content-type'] ?? ''
    if (type.startsWith('text/html')) requireHarmlessPage(answer.text, registered, told)
    if (wire === 'oauth' && answer.text !== '') expect(type, told).to.match(/^application\/json/)
    if (type.startsWith('application/json') && answer.status >= 400) requireHarmlessRefusal(answer.text, told)
    if (answers !== undefined && answer.status === 200) expect(answer.text, told).to.include(answers)
  }

  return {
    /** Sends one parameter with each hostile value, together with valid values of the others. */
    send: (name: string, hostile: readonly Hostile[]): Promise<void> =>
      inTurns(
        hostile.filter(({ isLong }) => method === 'POST' || !isLong),
        async ({ what, pairs }) => judge(`${name}: ${what}`, await askWith(`${others(name)}&${pairs}`)),
      ),

    /** Sends bodies of other media types, and invalid bodies of the form type. */
    async sendBodies(): Promise<void> {
      if (method === 'GET') return
      const text = String(new URLSearchParams(good))
      const json = JSON.stringify(good)
      const bytes = (body: string, encoding: BufferEncoding = 'utf8') => new Uint8Array(Buffer.from(body, encoding))
      const bodies: [type: string | null, body: Uint8Array, more?: Record<string, string>][] = [
        [null, bytes(text)],
        ['', bytes(text)],
        ['text/plain', bytes(text)],
        ['application/json', bytes(json)],
        ['application/json', bytes(`{"__proto__":{"client_id":"shop"},"constructor":{"prototype":${json}}}`)],
        [
          'multipart/form-data; boundary=b',
          bytes('--b\r\nContent-Disposition: form-data; name="code"\r\n\r\na\r\n--b--'),
        ],
        ['multipart/form-data', bytes(text)],
        [`${form}; charset=utf-16le`, bytes(text, 'utf16le')],
        [form, bytes(text, 'utf16le')],
        [`${form}; charset=utf-7`, bytes(text)],
        [`${form}, text/plain`, bytes(text)],
        [`<script>alert(1)</script>`, bytes(text)],
        [form, bytes('')],
        [form, bytes('&&&===&=&%')],
        [form, new Uint8Array(gzipSync(text)), { 'Content-Encoding': 'gzip' }],
        [form, new Uint8Array(gzipSync('a'.repeat(10_000_000))), { 'Content-Encoding': 'gzip' }],
        [form, bytes(text), { 'Content-Encoding': 'of nobody' }],
      ]
      await inTurns(bodies, async ([type, body, more]) =>
        judge(`a body of ${type}`, await ask('', body, { ...(type !== null && { 'Content-Type': type }), ...more })),
      )
    },

    /** Sends a header with each hostile value that fits into a header line, also base64-encoded. */
    async sendHeaders(name: string, beginnings: readonly string[], trap: string): Promise<void> {
      const values = hostilePairs('a', 'a:b', trap)
        .filter(({ isLong }) => !isLong)
        .map(({ pairs }) => pairs.slice(2))
      const encoded = values.map(value => Buffer.from(decoded(value)).toString('base64'))
      const lines = beginnings.flatMap(beginning => [...values, ...encoded].map(value => beginning + value))
      await inTurns(lines, async line => {
        const body = method === 'GET' ? null : Buffer.from(String(new URLSearchParams(good)))
        judge(`${name}: ${line}`, await ask('', body, { 'Content-Type': form, [name]: line }))
      })
    },
  }
}

function decoded(value: string): string {
  return value.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** Expects a path on this server or an exactly registered redirect URI. */
function requireRegistered(location: string | undefined, registered: readonly string[], told: string): void {
  if (location === undefined || /^\/(?![/\\])/.test(location)) return
  const [place] = location.split(/[?#]/)
  expect(registered, `${told}\nleads to ${location}`).to.include(place)
}

function requireHarmlessPage(text: string, registered: readonly string[], told: string): void {
  expect(text, told).to.not.include(markup)
  expect(text, told).to.not.match(/<script>alert|<img src=x/)
  expect(text, told).to.not.include('\0')
  for (const [, address = ''] of text.matchAll(/\s(?:href|action|src)="([^"]*)"/g)) {
    const isOurs = /^(\/(?![/\\])|#|\?|$)/.test(address)
    const isThere = registered.some(place => address.startsWith(place) && /^([?#]|$)/.test(address.slice(place.length)))
    expect(isOurs || isThere, `${told}\nhas ${address}`).to.equal(true)
  }
}

/** RFC 6749 §5.2: the characters of error and error_description; no text of the request is reflected. */
function requireHarmlessRefusal(text: string, told: string): void {
  const { error, error_description: description = '' } = JSON.parse(text)
  expect(error, told).to.match(/^[a-z_]+$/)
  expect(description, told).to.match(/^[ -!#-[\]-~]*$/)
  expect(text, told).to.not.match(/evil|alert\(|onerror|__proto__|</)
}
