// Scopes in the reader's words: ours have texts in each language, a resource server's say what its administrator wrote.
import type { DescribedScopes } from '../../identity/authorizations/described-scopes.js'
import { builtInApplication, scopeDescription, standardScopes } from '../../policy/application-metadata.js'
import type { Frame } from './frame.js'

/** Of one resource server; `server` is '' for those that belong to none, and for our own. */
export type ShownScopes = { server: string; scopes: { name: string; text: string }[] }

const ours: ReadonlySet<string> = new Set([
  ...standardScopes,
  ...builtInApplication.resourceScopes.map(scope => scope.name),
])

/** What an application may do, in an order that people read: who they are first, then where it may go in their name. */
export function scopeTexts(
  described: readonly DescribedScopes[],
  { t, language }: Pick<Frame, 't' | 'language'>,
): ShownScopes[] {
  return described.map(({ resource, server, isOurs, scopes }) => ({
    server: isOurs ? '' : server || resource,
    scopes: scopes.map(scope => ({
      name: scope.name,
      // Keys of texts have no colon.
      text:
        isOurs && ours.has(scope.name)
          ? t(`scopes.${scope.name.replace(':', '_')}`)
          : scopeDescription(scope, language) || scope.name,
    })),
  }))
}
