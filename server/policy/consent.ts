// What a user has to be asked before an application may have it. A scope is a word, and two resource servers may use the same
// one for different things: who agreed to `read` at one of them has not agreed to it at the other. So consent is kept by the
// resource server that a word belongs to, and asked for what the remembered one lacks.
import { standardScopes } from './application-metadata.js'
import type { ResourceServer } from './session-scope.js'

/** Scopes by the identifier of the resource server that they belong to; those that belong to none under ''. */
export type ConsentedScopes = Readonly<Record<string, readonly string[]>>

/** What an authorization request, a code or a session asks for. */
export type AskedScopes = {
  /** Words, in any order. */
  scope: readonly string[]
  /** The resource servers that were named (RFC 8707 §2); none: all that know one of the words. */
  resources: readonly string[]
}

/** Where the standard scopes stand. */
const ofNoServer = ''

/**
 * Where each word belongs. A standard one to no resource server; any other to each of the named ones that has it, or, where
 * none is named, to each that has it: a token for any of them may say it later. A word that none of these has belongs
 * nowhere, is asked of nobody, and must not be granted.
 * @param servers that are active now
 */
export function scopesByServer({ scope, resources }: AskedScopes, servers: readonly ResourceServer[]): ConsentedScopes {
  const words = [...new Set(scope)]
  const isStandard = (word: string) => (standardScopes as readonly string[]).includes(word)
  const meant = resources.length === 0 ? servers : servers.filter(({ resource }) => resources.includes(resource))
  return ordered([
    [ofNoServer, words.filter(isStandard)],
    ...meant.map(({ resource, scopes }): [string, string[]] => [
      resource,
      words.filter(word => !isStandard(word) && scopes.includes(word)),
    ]),
  ])
}

/** Of what is asked for, what was not agreed to. @param remembered null: nothing was */
export function lacking(asked: ConsentedScopes, remembered: ConsentedScopes | null): ConsentedScopes {
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
 * Whether a consent still covers what a code was given for, or what a token is to say; applications of our own
 * (`first_party`) are not asked about. Whoever issues a token for one resource server of a session that named none asks with
 * that one as `resources`: a server that came to know the word since was never agreed to.
 * @param consented null: there is none, or it was withdrawn
 */
export function covers(
  consented: ConsentedScopes | null,
  asked: AskedScopes,
  servers: readonly ResourceServer[],
): boolean {
  // Also where nothing is asked for: an application that the user has sent away gets no token at all.
  return consented !== null && isNothing(lacking(scopesByServer(asked, servers), consented))
}

/** Both together: what was agreed to before stays agreed to. */
export function merged(one: ConsentedScopes | null, other: ConsentedScopes): ConsentedScopes {
  const servers = [...new Set([...Object.keys(one ?? {}), ...Object.keys(other)])]
  const of = (scopes: ConsentedScopes | null, server: string) =>
    scopes && Object.hasOwn(scopes, server) ? scopes[server]! : []
  return ordered(servers.map(server => [server, [...new Set([...of(one, server), ...of(other, server)])]]))
}

/** Every word once, whichever resource server it is of. */
export function wordsIn(scopes: ConsentedScopes): string[] {
  return [...new Set(Object.values(scopes).flat())]
}

/** The resource servers that words belong to; standard ones belong to none. */
export function serversIn(scopes: ConsentedScopes): string[] {
  return Object.keys(scopes).filter(server => server !== ofNoServer)
}

/** Without servers that nothing is said of. */
function ordered(entries: readonly [string, readonly string[]][]): ConsentedScopes {
  return Object.fromEntries(entries.filter(([, words]) => words.length > 0))
}
