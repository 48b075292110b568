// Which scopes a user must be asked for before an application may have them. Two resource servers may use the same
// scope word for different things: a user who agreed to `read` at one of them has not agreed to it at the other. So
// consent is stored by resource server, and the user is asked for what the stored one lacks.
import { standardScopes } from './application-metadata.js'
import type { ResourceServer } from './session-scope.js'

/** Scopes by the identifier of their resource server; those that belong to none under ''. */
export type ConsentedScopes = Readonly<Record<string, readonly string[]>>

/** The scope and resources of an authorization request, a code or a session. */
export type AskedScopes = {
  /** Scope words, in any order. */
  scope: readonly string[]
  /** The requested resource servers (RFC 8707 §2); none: all that know one of the words. */
  resources: readonly string[]
}

/** Key of the standard scopes. */
const ofNoServer = ''

/**
 * The resource servers that each scope word belongs to. A standard one to none; any other to each of the requested
 * ones that has it, or, where none is requested, to each that has it: a token for any of them may have it later. A
 * word that none of these has belongs nowhere, is not asked for, and must not be granted.
 * @param servers that are active now
 */
export function scopesByServer({ scope, resources }: AskedScopes, servers: readonly ResourceServer[]): ConsentedScopes {
  const words = [...new Set(scope)]
  const isStandard = (word: string) => (standardScopes as readonly string[]).includes(word)
  const requested = resources.length === 0 ? servers : servers.filter(({ resource }) => resources.includes(resource))
  return ordered([
    [ofNoServer, words.filter(isStandard)],
    ...requested.map(({ resource, scopes }): [string, string[]] => [
      resource,
      words.filter(word => !isStandard(word) && scopes.includes(word)),
    ]),
  ])
}

/** Requested scopes without consent. @param remembered null: there is no stored consent */
export function missingScopes(asked: ConsentedScopes, remembered: ConsentedScopes | null): ConsentedScopes {
  return ordered(
    Object.entries(asked).map(([server, words]) => [
      server,
      words.filter(word => !(remembered && Object.hasOwn(remembered, server) && remembered[server]!.includes(word))),
    ]),
  )
}

export function isNothing(scopes: ConsentedScopes): boolean {
  return Object.keys(scopes).length === 0
}

/**
 * Whether a consent still covers what a code was issued for, or what a token is to contain; not needed for
 * applications of our own (`first_party`). For a token for one resource server, of a session that named none, pass
 * that one in `resources`: the consent does not cover a server that defined the word later.
 * @param consented null: there is none, or it was withdrawn
 */
export function covers(
  consented: ConsentedScopes | null,
  asked: AskedScopes,
  servers: readonly ResourceServer[],
): boolean {
  // Also where nothing is requested: an application whose consent the user has withdrawn gets no token at all.
  return consented !== null && isNothing(missingScopes(scopesByServer(asked, servers), consented))
}

/** Both consents together: earlier ones stay. */
export function merged(one: ConsentedScopes | null, other: ConsentedScopes): ConsentedScopes {
  const servers = [...new Set([...Object.keys(one ?? {}), ...Object.keys(other)])]
  const of = (scopes: ConsentedScopes | null, server: string) =>
    scopes && Object.hasOwn(scopes, server) ? scopes[server]! : []
  return ordered(servers.map(server => [server, [...new Set([...of(one, server), ...of(other, server)])]]))
}

/** Every scope word once, whatever its resource server. */
export function wordsIn(scopes: ConsentedScopes): string[] {
  return [...new Set(Object.values(scopes).flat())]
}

/** The resource servers that have words; standard ones belong to none. */
export function serversIn(scopes: ConsentedScopes): string[] {
  return Object.keys(scopes).filter(server => server !== ofNoServer)
}

/** Sorted, without servers that have no words. */
function ordered(entries: readonly [string, readonly string[]][]): ConsentedScopes {
  return Object.fromEntries(entries.filter(([, words]) => words.length > 0))
}
