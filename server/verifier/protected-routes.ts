// The requirements of a whole application: closed by default, with exceptions by method and path. The row with the more
// precise path counts, in any order. An exception holds for its exact spelling; a row that requires more, for all
// spellings.
import { refuse } from '../protocol/errors.js'
import { requireAccess } from './check-access.js'
import { folded, isPlain, pathOf, readingsOf, type Segments, strictSegments } from './paths.js'
import { scopesIn } from './resource-metadata.js'
import type { Access, RouteNeeds } from './token-request.js'

/**
 * A row is `METHOD PATH`, or `* PATH` for every method; a path is that of the whole address, `:name` stands for one
 * segment and `*` at the end for all below. HEAD is treated as GET.
 */
export type ProtectRules = {
  /** Routes that need no token, such as `GET /healthz`, `GET /public/*`. */
  open?: readonly string[]
  /** Requirements of routes beside a valid token, such as `'POST /orders': { permission: 'orders:write' }`. */
  routes?: Readonly<Record<string, RouteNeeds>>
  /** Requirements of routes without a row; by default a valid token. */
  needs?: RouteNeeds
  /** Whether preflights of CORS pass, to which browsers never add a token: for where a later handler answers them. */
  preflights?: boolean
}

type Row = {
  text: string
  method: string
  segments: Segments
  /** The path as written, for an exception. */
  spelling: Segments
  access: Access
}

/** @throws TypeError for rows that are invalid, or mean the same */
export function createProtectedRoutes({ open = [], routes = {}, needs = {}, preflights = false }: ProtectRules) {
  const exceptions = open.map(text => readRow(text, 'anyone'))
  const rows = Object.entries(routes).map(([text, access]) => readRow(text, access))
  refuseDoubles([...exceptions, ...rows])
  for (const access of [needs, ...Object.values(routes)]) requireAccess(access)

  /** The row that a router might match, by each reading of the path; all readings must lead to the same one. */
  function rowOf(method: string, targets: readonly string[]): Row | null {
    const found = targets.flatMap(target => {
      const readings = readingsOf(target)
      if (readings === null) throw refuse('malformed_request', { detail: 'The path cannot be read.' })
      return readings.map(path =>
        mostPrecise(rows.filter(row => isOf(row, method) && matches(row.segments, path, true))),
      )
    })
    if (found.some(row => row !== found[0]))
      throw refuse('malformed_request', { detail: 'The path can be read in more than one way.' })
    return found[0] ?? null
  }

  function exceptionOf(method: string, targets: readonly string[]): Row | null {
    // Mounted below a path, a framework adds a slash; except for that all targets must be the same.
    const [target = ''] = targets
    const path = isPlain(target) ? pathOf(target) : null
    if (path === null || targets.some(one => !isSame(one, path))) return null
    const segments = strictSegments(path)
    return mostPrecise(exceptions.filter(row => isOf(row, method) && matches(row.spelling, segments, false)))
  }

  return {
    /** All scopes that some row requires. */
    scopes: scopesIn([needs, ...Object.values(routes)]),

    /**
     * @param targets the request's target as it was sent, and as the framework has it now
     * @param isPreflight by its headers (Fetch §4.8)
     * @throws malformed_request
     */
    accessOf(method: string, targets: readonly string[], isPreflight = false): Access {
      if (preflights && isPreflight && method === 'OPTIONS') return 'anyone'
      // RFC 9110 §9.3.2: the handler of GET answers HEAD, unless a row says otherwise.
      const row = rowOf(method, targets)
      const exception = exceptionOf(method, targets)
      if (exception && (!row || precision(exception, row) < 0)) return 'anyone'
      return row ? row.access : needs
    },
  }
}

export type ProtectedRoutes = ReturnType<typeof createProtectedRoutes>

/** Whether a request is a preflight, which browsers send before a cross-origin request. */
export function isPreflight(headers: Readonly<Record<string, unknown>>): boolean {
  return headers.origin !== undefined && headers['access-control-request-method'] !== undefined
}

function readRow(text: string, access: Access): Row {
  const [method = '', path = '', ...more] = text.split(' ')
  if (more.length > 0 || !/^(\*|[A-Z]+)$/.test(method) || !path.startsWith('/'))
    throw new TypeError(`${text}: a row is a method in capitals, or *, and a path`)
  const segments = path.split('/').filter(Boolean)
  if (segments.some((one, index) => one.includes('*') && !(one === '*' && index === segments.length - 1)))
    throw new TypeError(`${text}: * stands at the end alone`)
  if (segments.some(one => one.slice(1).includes(':'))) throw new TypeError(`${text}: a name is a whole segment`)
  if (/[^\x21-\x7e]|[\\#?%;]|\/\/|\/\.{1,2}(\/|$)/.test(path)) throw new TypeError(`${text}: no plain path`)
  return { text, method, segments: folded(path), spelling: strictSegments(path), access }
}

function refuseDoubles(rows: readonly Row[]): void {
  const seen = new Map<string, string>()
  for (const { text, method, segments } of rows) {
    const shape = `${method} ${segments.map(one => (one.startsWith(':') ? ':' : one)).join('/')}`
    const other = seen.get(shape)
    if (other !== undefined) throw new TypeError(`${other} and ${text} are the same route`)
    seen.set(shape, text)
  }
}

function isOf(row: Row, method: string): boolean {
  return row.method === '*' || row.method === method || (row.method === 'GET' && method === 'HEAD')
}

/** @param withRoot whether `/a/*` also matches `/a` itself */
function matches(pattern: Segments, path: Segments, withRoot: boolean): boolean {
  if (pattern.at(-1) === '*') {
    const above = pattern.slice(0, -1)
    if (path.length < above.length || !startsWith(path, above)) return false
    return withRoot || (path.length > above.length && path[above.length] !== '')
  }
  return path.length === pattern.length && startsWith(path, pattern)
}

function startsWith(path: Segments, pattern: Segments): boolean {
  return pattern.every((one, index) => (one.startsWith(':') ? path[index] !== '' : one === path[index]))
}

function mostPrecise(rows: readonly Row[]): Row | null {
  return [...rows].sort(precision)[0] ?? null
}

/**
 * Below zero where `a` is more precise: its first segment that differs is a word, not a name, not a star; then, its
 * method.
 */
function precision(a: Row, b: Row): number {
  for (let at = 0; at < Math.max(a.segments.length, b.segments.length); at++) {
    const difference = rank(a.segments[at]) - rank(b.segments[at])
    if (difference !== 0) return difference
  }
  return methodRank(a.method) - methodRank(b.method)
}

const rank = (segment: string | undefined) =>
  segment === undefined ? 1 : segment === '*' ? 3 : segment.startsWith(':') ? 2 : 0

const methodRank = (method: string) => (method === '*' ? 2 : method === 'HEAD' ? 0 : 1)

function isSame(target: string, path: string): boolean {
  const other = pathOf(target)
  return other !== null && isPlain(target) && folded(other).join('/') === folded(path).join('/')
}
