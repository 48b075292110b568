// Scopes in the reader's language: built-in ones have texts, those of resource servers their administrator's
// descriptions.
import type { DescribedScopes } from '../../identity/authorizations/described-scopes.js'
import { builtInApplication, scopeDescription, standardScopes } from '../../policy/application-metadata.js'
import type { Frame } from './frame.js'

/** The scopes of one resource server; `server` is '' for the standard scopes and for this server's own. */
export type ShownScopes = { server: string; scopes: { name: string; text: string }[] }

const ours: ReadonlySet<string> = new Set([
  ...standardScopes,
  ...builtInApplication.resourceScopes.map(scope => scope.name),
])

/** The scopes of an application in the reader's order: first about the user, then those of resource servers. */
export function scopeTexts(
  described: readonly DescribedScopes[],
  { t, language }: Pick<Frame, 't' | 'language'>,
): ShownScopes[] {
  return described.map(({ resource, server, isOurs, scopes }) => ({
    server: isOurs ? '' : server || resource,
    scopes: scopes.map(scope => ({
      name: scope.name,
      // Keys of texts cannot contain a colon.
      text:
        isOurs && ours.has(scope.name)
          ? t(`scopes.${scope.name.replace(':', '_')}`)
          : scopeDescription(scope, language) || scope.name,
    })),
  }))
}
