// The scopes that an application may be granted: the standard ones, and those of every resource server.
import type { Applications } from '../../../identity/applications/applications.js'
import { type ApplicationKind, scopeDescription, standardScopes } from '../../../policy/application-metadata.js'
import { isOurScope } from '../../../policy/application-rules.js'
import type { Frame } from '../frame.js'
import type { Option } from './application-form.js'

/** The most resource servers in the form; scopes of others are set through the API. */
const mostServers = 100

/** @param kept scopes that the application already has: those that no resource server has any more can be removed */
export async function scopeChoices(
  applications: Applications,
  kind: ApplicationKind,
  frame: Frame,
  kept: readonly string[] = [],
): Promise<Option[]> {
  const { t, language } = frame
  const { results } = await applications.list({ isResourceServer: true, state: 'active' }, { limit: mostServers })
  // The standard scopes are about a user, whom a machine does not have.
  const standard = kind === 'machine' || kind === 'resource_server' ? [] : standardScopes
  const options = [
    ...standard.map(name => ({ value: name, label: name, help: t(`applicationScope.${name}`) })),
    ...results.flatMap(({ name: server, resourceScopes }) =>
      resourceScopes.map(scope => ({
        value: scope.name,
        label: scope.name,
        help: isOurScope(scope.name)
          ? t(`applicationScope.${scope.name.replace(':', '_')}`)
          : t('applicationScope.of', { description: scopeDescription(scope, language), server }),
      })),
    ),
  ]
  const known = new Set(options.map(one => one.value))
  return [...options, ...kept.filter(name => !known.has(name)).map(name => ({ value: name, label: name }))]
}
