// The settings of the route with the longest common prefix are used for an unknown path: `/api/nothing` is refused as
// `/api/me` would be.

/**
 * Finds the value of the nearest path.
 * @param routes paths of the route table; of several routes with a common prefix the first one counts, unless a path is
 * that prefix itself
 * @returns a function from a path to its value, or null
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

/** The part of a path before its first parameter: `/admin/users` of `/admin/users/:id/name`. */
const literalPart = (path: string) => path.replace(/\/[:*].*$/, '')

/** A path as a key of the map: the router ignores case, and a slash at the end. */
const keyOf = (path: string) => path.toLowerCase().replace(/\/$/, '')

/** The prefixes of a path, longest first: `/api/me`, `/api` and the empty one. Paths longer than any route are cut. */
function beginningsOf(path: string): string[] {
  const segments = keyOf(path).split('/').slice(0, 12)
  return [...segments.map((_, index) => segments.slice(0, segments.length - index).join('/')), '']
}
