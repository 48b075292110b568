// Options that describe an application on the command line: named ones for common fields, `--set NAME=VALUE` for the
// rest.
import { type Command, Option } from 'commander'
import type { ApplicationInputChanges, NewApplicationInput } from '../identity/applications/application-input.js'
import { describedNames, givenMetadata, kindOf, readDescription } from '../policy/application-description.js'
import { type ApplicationKind, applicationKinds } from '../policy/application-metadata.js'
import { refuseFields } from '../protocol/errors.js'
import { UsageError } from './failures.js'

export type Described = {
  id?: string
  name?: string
  kind?: ApplicationKind
  redirectUri?: string[]
  postLogoutRedirectUri?: string[]
  scope?: string
  grant?: string[]
  authMethod?: string
  permission?: string[]
  requiredRole?: string[]
  firstParty?: boolean
  resource?: string
  resourceScope?: string[]
  set?: string[]
  unset?: string[]
}

export function choice(flags: string, choices: readonly string[], what?: string): Option {
  return new Option(flags, what).choices([...choices])
}

export function withDescription(command: Command): Command {
  return command
    .addOption(choice('--kind <kind>', applicationKinds, 'what it is'))
    .option('--redirect-uri <uri...>', 'redirect URIs')
    .option('--post-logout-redirect-uri <uri...>', 'redirect URIs after a sign-out')
    .option('--scope <words>', 'scopes that it may request, separated by spaces')
    .option('--grant <grant...>', 'grant types')
    .option('--auth-method <method>', 'client authentication method: client_secret_basic, private_key_jwt, none …')
    .option('--permission <permission...>', 'permissions of its users that its tokens contain')
    .option('--required-role <role...>', 'roles of which a user needs one to use it')
    .option('--first-party', 'users are not asked for consent')
    .option('--resource <uri>', 'its resource identifier, if it is a resource server')
    .option('--resource-scope <name=description...>', 'a scope that applications may request')
    .option('--set <name=value...>', 'any other metadata, by its name in RFC 7591; a JSON value is parsed')
}

/** @throws UsageError, invalid_fields */
export function describedNew(name: string, options: Described): NewApplicationInput {
  const description = read({ ...options, name })
  return {
    ...description,
    id: options.id,
    name,
    kind: options.kind ?? kindOf(description),
    metadata: givenMetadata(description.metadata),
  }
}

/** @throws UsageError, invalid_fields */
export function describedChanges(options: Described): ApplicationInputChanges {
  const { id: _, secret: __, ...changes } = read(options)
  const { metadata, ...columns } = changes
  const isNothing = Object.values(columns).every(value => value === undefined) && Object.keys(metadata).length === 0
  if (isNothing) throw new UsageError('nothing is named that is to change')
  return changes
}

function read(options: Described) {
  const members: Record<string, unknown> = {
    client_name: options.name,
    kind: options.kind,
    redirect_uris: options.redirectUri,
    post_logout_redirect_uris: options.postLogoutRedirectUri,
    scope: options.scope,
    grant_types: options.grant,
    token_endpoint_auth_method: options.authMethod,
    permissions: options.permission,
    required_roles: options.requiredRole,
    first_party: options.firstParty,
    resource: options.resource,
    resource_scopes: options.resourceScope?.map(scopeOf),
    ...Object.fromEntries((options.set ?? []).map(memberOf)),
    ...Object.fromEntries((options.unset ?? []).map(name => [name, null])),
  }
  const given = Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
  const { description, problems } = readDescription(given, describedNames)
  if (Object.keys(problems).length > 0) throw refuseFields(problems)
  return description
}

function scopeOf(text: string): { name: string; description: string } {
  const [name, ...rest] = text.split('=')
  return { name: name!, description: rest.join('=') }
}

function memberOf(text: string): [name: string, value: unknown] {
  const at = text.indexOf('=')
  if (at < 1) throw new UsageError(`--set ${text} is not NAME=VALUE`)
  return [text.slice(0, at), readValue(text.slice(at + 1))]
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
