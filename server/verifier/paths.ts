// Readings of a path. Routers differ: some decode, some drop double slashes, some ignore case. An exception opens one
// spelling only; a row that requires more holds in each reading that some router has.

/** Patterns and paths as segments. */
export type Segments = readonly string[]

/** The path of a request's target, without query, or null where programs may disagree on it (RFC 9112 §3.2). */
export function pathOf(target: string): string | null {
  // Some programs read a backslash as a slash, cut at #, or trim; no client that follows RFC 3986 sends them.
  if (/[^\x21-\x7e]|[\\#]/.test(target)) return null
  const [path = ''] = target.split('?')
  if (path.startsWith('/') || path === '*') return path
  // RFC 9112 §3.2.2: the absolute form, which proxies receive.
  const [, rest] = /^https?:\/\/[^/]+(\/.*)?$/i.exec(path) ?? []
  return rest === undefined && !/^https?:\/\/[^/]+$/i.test(path) ? null : (rest ?? '/')
}

/** Whether a path has one spelling: no empty or dot segment, nothing that decodes to what divides or ends a path. */
export function isPlain(target: string): boolean {
  const path = pathOf(target)
  if (path === null || !target.startsWith('/')) return false
  const segments = path.slice(1).split('/')
  return segments.every((segment, index) => {
    if (segment === '') return index === segments.length - 1
    const decoded = decodedOnce(segment)
    return decoded !== null && !/[\x00-\x1f\x7f/\\%;?#]/.test(decoded) && !/^\.+$/.test(decoded)
  })
}

/** The segments as written, for an exception: a slash at the end is one more, empty segment. */
export function strictSegments(path: string): Segments {
  return path.slice(1).split('/')
}

/**
 * Each way in which some router reads the path; null where one of them cannot. Case, double and trailing slashes do
 * not count.
 */
export function readingsOf(target: string): Segments[] | null {
  const path = pathOf(target)
  if (path === null) return null
  // Most paths have one reading.
  if (!/[%;]|\/[/.]/.test(path)) return [folded(path)]
  const decoded = decodedOnce(path)
  const twice = decoded === null ? null : (decodedOnce(decoded) ?? decoded)
  if (decoded === null || twice === null) return null
  const spellings = [path, decoded, twice].flatMap(one => [one, one.replace(/;[^/]*/g, ''), one.split(/[;?#]/)[0]!])
  const all = spellings.flatMap(one => [folded(one), withoutDots(folded(one.replaceAll('\\', '/')))])
  return [...new Map(all.map(one => [JSON.stringify(one), one])).values()]
}

/** The segments as a router reads them that ignores case and superfluous slashes. */
export function folded(path: string): Segments {
  return path.toLowerCase().split('/').filter(Boolean)
}

function withoutDots(segments: Segments): Segments {
  const left: string[] = []
  for (const segment of segments) {
    if (segment === '..') left.pop()
    else if (segment !== '.') left.push(segment)
  }
  return left
}

function decodedOnce(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
