// How long an HTTP response of another server may be cached, by its headers (RFC 9111 §4.2).
export type CacheHeaders = Readonly<Record<string, string | string[] | undefined>>

/** Seconds. `usual`: where the headers give no lifetime. */
export type CacheBounds = { least: number; usual: number; most: number }

/** @returns seconds from now on; within the bounds, whatever the headers say */
export function cacheLifetime(headers: CacheHeaders, { least, usual, most }: CacheBounds): number {
  return Math.min(most, Math.max(least, statedLifetime(headers) ?? usual))
}

/** The lifetime in the headers, in seconds; null where there is no valid one. */
function statedLifetime(headers: CacheHeaders): number | null {
  const directives = text(headers['cache-control']).toLowerCase().split(',')
  const named = new Map(
    directives.map((one): [string, string] => {
      const [name = '', value = ''] = one.trim().split('=', 2)
      return [name, value]
    }),
  )
  if (named.has('no-store') || named.has('no-cache')) return 0
  // A shared cache, as this one is, prefers `s-maxage` (§5.2.2.10).
  const age = seconds(text(headers.age)) ?? 0
  const maxAge = seconds(unquoted(named.get('s-maxage'))) ?? seconds(unquoted(named.get('max-age')))
  if (maxAge !== null) return maxAge - age
  const [expires, date] = [Date.parse(text(headers.expires)), Date.parse(text(headers.date))]
  return Number.isFinite(expires) && Number.isFinite(date) ? (expires - date) / 1_000 - age : null
}

const text = (value: string | string[] | undefined): string => (Array.isArray(value) ? value.join(',') : (value ?? ''))
const unquoted = (value = ''): string => value.replace(/^"(.*)"$/, '$1')

function seconds(value: string): number | null {
  return /^\d{1,12}$/.test(value) ? Number(value) : null
}
