// Parses the bytes of a body by its media type. Every parser is strict: a body that can be read in two ways is refused.
import { isUtf8 } from 'node:buffer'
import { refuse } from '../../protocol/errors.js'
import { JsonError, parseStrictJson } from '../../protocol/json.js'

export type Fields = Record<string, unknown>

/** The parameters of a form, each with all its values. */
export type Form = Readonly<Record<string, readonly string[]>>

/** The most fields of a form. Parsing tens of thousands, which fit into a body, would block the loop for 30 ms. */
const mostFields = 1_000

/** Bytes of a multipart body that are parsed at once. */
const pieceSize = 4_096

export type Parsers = Readonly<Record<string, (bytes: Buffer, contentType: string) => unknown>>

/** The accepted media types of a body, each with its parser. */
export const bodyTypes = {
  /** One value for each field, in JSON or in any form encoding. */
  fields: {
    'application/json': parseJson,
    'application/x-www-form-urlencoded': bytes => single(parseForm(bytes)),
    'multipart/form-data': parseMultipart,
  },
  /** A JSON body of RFC 7591 §3.1. */
  json: { 'application/json': parseJson },
  /** A `Form`, for OAuth endpoints (RFC 6749 §4.1.3); the rule of a parameter says whether it may be repeated. */
  form: { 'application/x-www-form-urlencoded': bytes => grouped(parseForm(bytes)) },
} as const satisfies Record<string, Parsers>

export type BodyName = keyof typeof bodyTypes

function parseJson(bytes: Buffer): unknown {
  try {
    return parseStrictJson(decode(bytes))
  } catch (error) {
    const why = error instanceof JsonError ? error.message : 'not UTF-8'
    throw refuse('parse_error', { detail: `JSON parse error - ${why}` })
  }
}

type Pairs = readonly (readonly [name: string, value: string])[]

function parseForm(bytes: Buffer): Pairs {
  const broken = (why: string) => refuse('parse_error', { detail: `Form parse error - ${why}` })
  // Some clients (curl -d) do not percent-encode: the raw bytes must be UTF-8, too.
  if (!isUtf8(bytes)) throw broken('not UTF-8')
  const pairs = bytes.toString().split('&', mostFields + 1)
  if (pairs.length > mostFields) throw broken(`more than ${mostFields} fields`)
  try {
    return pairs.filter(pair => pair !== '').map(unescapePair)
  } catch (error) {
    throw error instanceof URIError ? broken('a bad %-escape') : error
  }
}

function unescapePair(pair: string): readonly [name: string, value: string] {
  const at = pair.indexOf('=')
  return at === -1 ? [unescapeForm(pair), ''] : [unescapeForm(pair.slice(0, at)), unescapeForm(pair.slice(at + 1))]
}

function unescapeForm(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}

async function parseMultipart(bytes: Buffer, contentType: string): Promise<Fields> {
  const broken = (why: string) => refuse('parse_error', { detail: `Multipart form parse error - ${why}` })
  if (!isUtf8(bytes)) throw broken('not UTF-8')
  // Few requests have a multipart body, and the library takes 5 MB.
  const { Busboy } = await import('@fastify/busboy')
  return new Promise((resolve, reject) => {
    let busboy: InstanceType<typeof Busboy>
    try {
      busboy = new Busboy({
        headers: { 'content-type': contentType },
        // Every part is read as text: the library's file streams throw errors that no handler catches when a body is
        // cut off.
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
    // The body is parsed in pieces, up to the first error.
    for (let at = 0; at < bytes.length && !refused; at += pieceSize) busboy.write(bytes.subarray(at, at + pieceSize))
    busboy.end()
  })
}

/** The fields of a form with one value each; RFC 6749 §3.1: a parameter must not be repeated. */
function single(pairs: Pairs): Fields {
  const fields: Fields = Object.create(null)
  for (const [name, value] of pairs) {
    if (name in fields)
      throw refuse('parse_error', { detail: `Form parse error - repeated field ${JSON.stringify(name.slice(0, 40))}` })
    fields[name] = value
  }
  return fields
}

function grouped(pairs: Pairs): Form {
  const form: Record<string, string[]> = Object.create(null)
  for (const [name, value] of pairs) {
    form[name] ??= []
    form[name].push(value)
  }
  return form
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

const decode = (bytes: Buffer): string => utf8.decode(bytes)
