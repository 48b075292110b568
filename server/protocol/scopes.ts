// Scopes and resources on the wire (RFC 6749 §3.3, RFC 8707 §2).

/** The words of a scope, each once, in their order. */
export function scopeWordsOf(scope: string): string[] {
  return [...new Set(scope.split(' ').filter(Boolean))]
}

/**
 * The registered identifier for a `resource` parameter, or undefined. A trailing slash makes no difference: many
 * programs add one to an address without path. An identifier never has a fragment (RFC 8707 §2).
 */
export function registeredResource(asked: string, known: readonly string[]): string | undefined {
  if (asked.includes('#')) return undefined
  return known.find(one => one === asked) ?? known.find(one => withoutSlash(one) === withoutSlash(asked))
}

function withoutSlash(resource: string): string {
  return resource.endsWith('/') ? resource.slice(0, -1) : resource
}
