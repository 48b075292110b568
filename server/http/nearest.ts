// Which route's settings answer for an unknown path: those of the route with the longest common prefix. `/api/nothing` is refused
// as `/api/me` would be.

/**
 * @param routes the paths of the table; of those below one beginning the first one counts, unless one is the beginning itself
 * @returns finds the value of the nearest path
 */
export function createNearest<T>(routes: readonly (readonly [path: string, value: T])[]): (path: string) => T | null {
  const byBeginning = new Map<string, T>()
  for (const [path, value] of routes)
    for (const beginning of beginningsOf(literalPart(path)))
      if (!byBeginning.has(beginning)) byBeginning.set(beginning, value)
  for (const [path, value] of routes) if (literalPart(path) === path) byBeginning.set(keyOf(path), value)

  return path => {
    for (const beginning of beginningsOf(path)) {
      const found = byBeginning.get(beginning)
      if (found !== undefined) return found
    }
    return null
  }
}

/** Up to the first parameter: `/admin/users` of `/admin/users/:id/name`. */
const literalPart = (path: string) => path.replace(/\/[:*].*$/, '')

/** The router takes paths in any case, and with a slash at the end. */
const keyOf = (path: string) => path.toLowerCase().replace(/\/$/, '')

/** Of `/api/me`: `/api/me`, `/api` and the empty one. The longest first; very long paths are cut, no route is as long. */
function beginningsOf(path: string): string[] {
  const segments = keyOf(path).split('/').slice(0, 12)
  return [...segments.map((_, index) => segments.slice(0, segments.length - index).join('/')), '']
}
