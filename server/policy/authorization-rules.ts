// The checks of an authorization request, one row each, in the order in which an error may be disclosed. Until the
// redirect URI is known to be the application's, errors are shown to the user and never sent anywhere (RFC 6749
// §4.1.2.1).
import { isThumbprint } from '../protocol/dpop.js'
import type { ErrorCode } from '../protocol/errors.js'
import { challengeMethods, isChallenge } from '../protocol/pkce.js'
import { isRegisteredRedirectUri } from '../protocol/redirect-uris.js'
import { registeredResource, scopeWordsOf } from '../protocol/scopes.js'
import { type ApplicationKind, type ApplicationMetadata, standardScopes } from './application-metadata.js'
import type { ResourceServer } from './session-scope.js'

/** Parameters as they were sent, without those that have no value (RFC 6749 §3.1). */
export type AuthorizationParameters = Readonly<Record<string, readonly string[]>>

export type RequestingApplication = { active: boolean; kind: ApplicationKind; metadata: ApplicationMetadata }

/** Facts that the rules need beside the parameters. */
export type AuthorizationFacts = {
  /** undefined: no application has this `client_id`. */
  application: RequestingApplication | undefined
  /** The active resource servers. */
  servers: readonly ResourceServer[]
  /** The user of the `id_token_hint`; null where it is none of ours, or was not for this application. */
  hintedSub: string | null | undefined
  /**
   * Set for an administrator's test: the answer goes to a page of this server, and only to the browser session that
   * began it.
   */
  test?: { sid: string; redirectUri: string } | undefined
  /** Whether the request was pushed (RFC 9126), or is being pushed. */
  isPushed?: boolean
  /** Whether the policy requires every application to push its requests. */
  mustPush?: boolean
}

type Rule = {
  clause: string
  error: ErrorCode
  /** Who sees the error: the user on a page, or the application in a response. */
  reportedTo: 'person' | 'application'
  /** `error_description`: in English, as all texts of OAuth. */
  why: string
  breaks: (asked: AuthorizationParameters, facts: AuthorizationFacts) => boolean
}

const longestInAll = 6_000
const longestState = 2_048
const longestNonce = 512

export const responseModes = ['query', 'fragment', 'form_post'] as const
export const responseTypes = ['code'] as const
export const prompts = ['none', 'login', 'consent', 'select_account'] as const

export const authorizationRules: readonly Rule[] = [
  {
    clause: 'RFC 6749 §4.1.2.1',
    error: 'unknown_application',
    reportedTo: 'person',
    why: 'There is no such client_id.',
    breaks: (_, { application }) => !application?.active,
  },
  {
    clause: 'RFC 7591 §2',
    error: 'unauthorized_client',
    reportedTo: 'person',
    why: 'The application may not use the grant authorization_code.',
    breaks: (_, { application }) => !hasCodeGrant(application!.metadata),
  },
  {
    clause: 'RFC 9700 §4.1.3',
    error: 'unregistered_redirect_uri',
    reportedTo: 'person',
    why: 'The redirect_uri is not one of those that are registered.',
    breaks: (asked, { application, test }) => redirectUriOf(asked, application!, test) === null,
  },
  {
    clause: 'RFC 6749 §3.1',
    error: 'invalid_request',
    reportedTo: 'application',
    why: 'A parameter was sent more than once.',
    breaks: asked => Object.entries(asked).some(([name, values]) => values.length > 1 && name !== 'resource'),
  },
  {
    clause: 'RFC 6749 §4.1.1',
    error: 'invalid_request',
    reportedTo: 'application',
    why: `The parameters have more than ${longestInAll} characters.`,
    breaks: asked => lengthOf(asked) > longestInAll,
  },
  {
    clause: 'RFC 6749 §4.1.1',
    error: 'invalid_request',
    reportedTo: 'application',
    why: `The parameter state has more than ${longestState} bytes, or control characters.`,
    breaks: asked => 'state' in asked && stateOf(asked) === undefined,
  },
  {
    clause: 'OpenID Connect Core §15.5.2',
    error: 'invalid_request',
    reportedTo: 'application',
    why: `The parameter nonce has more than ${longestNonce} bytes, or control characters.`,
    breaks: asked => 'nonce' in asked && plainText(asked, 'nonce', longestNonce) === undefined,
  },
  {
    clause: 'RFC 6749 §4.1.1',
    error: 'invalid_request',
    reportedTo: 'application',
    why: 'The parameter response_type is missing.',
    breaks: asked => !('response_type' in asked),
  },
  {
    clause: 'RFC 6749 §4.1.2.1',
    error: 'unsupported_response_type',
    reportedTo: 'application',
    why: 'The parameter response_type can only be code.',
    breaks: asked => !isOneOf(responseTypes, singleValue(asked, 'response_type')),
  },
  {
    clause: 'OAuth 2.0 Multiple Response Types §2.1',
    error: 'invalid_request',
    reportedTo: 'application',
    why: `The parameter response_mode can only be one of ${responseModes.join(', ')}.`,
    breaks: asked => 'response_mode' in asked && !isOneOf(responseModes, singleValue(asked, 'response_mode')),
  },
  {
    clause: 'OpenID Connect Core §6.1',
    error: 'request_not_supported',
    reportedTo: 'application',
    why: 'Request objects are not supported.',
    breaks: asked => 'request' in asked,
  },
  {
    clause: 'OpenID Connect Core §6.2',
    error: 'request_uri_not_supported',
    reportedTo: 'application',
    why: 'URIs of request objects are not supported.',
    breaks: asked => 'request_uri' in asked,
  },
  {
    clause: 'OpenID Connect Core §7.2.1',
    error: 'registration_not_supported',
    reportedTo: 'application',
    why: 'The parameter registration is not supported.',
    breaks: asked => 'registration' in asked,
  },
  {
    clause: 'RFC 9126 §6',
    error: 'invalid_request',
    reportedTo: 'application',
    why: 'The request must be pushed to the pushed authorization request endpoint first.',
    breaks: (_, { application, isPushed, mustPush, test }) =>
      // A test request is made on this server, and not pushed.
      !isPushed && !test && (mustPush || application!.metadata.require_pushed_authorization_requests === true),
  },
  {
    clause: 'RFC 9700 §2.1.1',
    error: 'invalid_request',
    reportedTo: 'application',
    why: 'The parameter code_challenge is missing.',
    breaks: (asked, { application }) => !('code_challenge' in asked) && !isExemptFromPkce(application!),
  },
  {
    // Without `code_challenge_method` it would be `plain`.
    clause: 'RFC 7636 §4.3',
    error: 'invalid_request',
    reportedTo: 'application',
    why: 'The parameter code_challenge_method must be S256.',
    breaks: asked =>
      ('code_challenge' in asked || 'code_challenge_method' in asked) &&
      !isOneOf(challengeMethods, singleValue(asked, 'code_challenge_method')),
  },
  {
    clause: 'RFC 7636 §4.2',
    error: 'invalid_request',
    reportedTo: 'application',
    why: 'The parameter code_challenge must be 43 characters of base64url.',
    breaks: asked =>
      ('code_challenge' in asked || 'code_challenge_method' in asked) &&
      !isChallenge(singleValue(asked, 'code_challenge')),
  },
  {
    clause: 'RFC 9449 §10',
    error: 'invalid_request',
    reportedTo: 'application',
    why: 'The parameter dpop_jkt must be 43 characters of base64url.',
    breaks: asked => 'dpop_jkt' in asked && !isThumbprint(singleValue(asked, 'dpop_jkt')),
  },
  {
    clause: 'RFC 6749 §3.3',
    error: 'invalid_scope',
    reportedTo: 'application',
    why: 'The application may not have one of the scopes.',
    breaks: (asked, facts) => scopeOf(asked, facts).some(word => !mayHave(facts.application!).includes(word)),
  },
  {
    clause: 'RFC 8707 §2',
    error: 'invalid_target',
    reportedTo: 'application',
    why: 'A resource is not known here.',
    breaks: (asked, facts) => resourcesOf(asked, facts) === null,
  },
  {
    clause: 'RFC 8707 §2.1',
    error: 'invalid_target',
    reportedTo: 'application',
    why: 'None of the scopes belongs to a resource that is named.',
    breaks: (asked, facts) => {
      const scope = scopeOf(asked, facts)
      const named = serversNamed(asked, facts)
      return named.some(({ scopes }) => !scopes.some(word => scope.includes(word)))
    },
  },
  {
    clause: 'Initiating User Registration via OpenID Connect §4',
    error: 'invalid_request',
    reportedTo: 'application',
    why: `The parameter prompt can only have ${prompts.join(', ')}.`,
    breaks: asked => promptOf(asked).some(word => !isOneOf(prompts, word)),
  },
  {
    clause: 'OpenID Connect Core §3.1.2.1',
    error: 'invalid_request',
    reportedTo: 'application',
    why: 'The prompt none stands with no other.',
    breaks: asked => promptOf(asked).length > 1 && promptOf(asked).includes('none'),
  },
  {
    clause: 'OpenID Connect Core §3.1.2.1',
    error: 'invalid_request',
    reportedTo: 'application',
    why: 'The parameter max_age must be a number of seconds.',
    breaks: asked => 'max_age' in asked && !/^\d{1,10}$/.test(singleValue(asked, 'max_age')),
  },
  {
    clause: 'OpenID Connect Core §3.1.2.1',
    error: 'invalid_request',
    reportedTo: 'application',
    why: 'The id_token_hint is no id_token that was given to this application.',
    breaks: (_, { hintedSub }) => hintedSub === null,
  },
]

/** The first rule that a request breaks. */
export function brokenRule(asked: AuthorizationParameters, facts: AuthorizationFacts): Rule | null {
  return authorizationRules.find(({ breaks }) => breaks(asked, facts)) ?? null
}

/** RFC 7591 §2: the default of `grant_types`. */
function hasCodeGrant({ grant_types }: ApplicationMetadata): boolean {
  return grant_types?.includes('authorization_code') ?? true
}

/** Whether the application cannot keep a secret, so that anyone can claim its id. */
export function isPublic({ kind, metadata }: Pick<RequestingApplication, 'kind' | 'metadata'>): boolean {
  return kind === 'browser' || kind === 'native' || metadata.token_endpoint_auth_method === 'none'
}

export function isNative({ kind, metadata }: Pick<RequestingApplication, 'kind' | 'metadata'>): boolean {
  return (metadata.application_type ?? kind) === 'native'
}

/** RFC 9700 §2.1.1: PKCE may be missing only where the client authenticates otherwise. */
export function isExemptFromPkce(application: RequestingApplication): boolean {
  return application.metadata.allow_without_pkce === true && !isPublic(application)
}

/**
 * The redirect URI of the answer; null where there is none. The parameter may be absent where only one is registered,
 * and no id_token is requested (OpenID Connect Core §3.1.2.1).
 */
export function redirectUriOf(
  asked: AuthorizationParameters,
  application: RequestingApplication,
  test?: AuthorizationFacts['test'],
): string | null {
  const { redirect_uris: registered = [] } = application.metadata
  const given = asked.redirect_uri ?? []
  if (given.length === 0) {
    const [only, ...others] = registered
    const asksForIdentity = (asked.scope ?? []).some(scope => scopeWordsOf(scope).includes('openid'))
    return only !== undefined && others.length === 0 && !asksForIdentity ? only : null
  }
  const [presented, ...others] = given
  if (others.length > 0) return null
  // No other redirect URI is accepted: a test answers only this server's page.
  if (test) return presented === test.redirectUri ? test.redirectUri : null
  return isRegisteredRedirectUri(presented!, registered, isNative(application)) ? presented! : null
}

/** `state` as it was sent; undefined where it cannot be returned. */
export function stateOf(asked: AuthorizationParameters): string | undefined {
  return plainText(asked, 'state', longestState)
}

export function responseModeOf(asked: AuthorizationParameters): (typeof responseModes)[number] {
  const [mode, ...others] = asked.response_mode ?? []
  return others.length === 0 && isOneOf(responseModes, mode) ? mode : 'query'
}

export function promptOf(asked: AuthorizationParameters): string[] {
  return (asked.prompt ?? []).flatMap(scopeWordsOf)
}

/**
 * The known scope words; others are ignored (OpenID Connect Core §3.1.2.1). A request without scope gets those of the
 * requested resources, as far as the application may have them (RFC 6749 §3.3): programs that find a resource by its
 * metadata know nothing else (RFC 9728 §5.1).
 */
export function scopeOf(asked: AuthorizationParameters, facts: AuthorizationFacts): string[] {
  if (!('scope' in asked)) {
    const own = new Set(serversNamed(asked, facts).flatMap(({ scopes }) => scopes))
    return mayHave(facts.application!).filter(word => own.has(word))
  }
  const known = new Set<string>([...standardScopes, ...facts.servers.flatMap(({ scopes }) => scopes)])
  return scopeWordsOf(singleValue(asked, 'scope')).filter(word => known.has(word))
}

/** Identifiers of the requested resource servers, each once; null where one of them is unknown. */
export function resourcesOf(asked: AuthorizationParameters, { servers }: AuthorizationFacts): string[] | null {
  const known = servers.map(({ resource }) => resource)
  const resources = (asked.resource ?? []).map(resource => registeredResource(resource, known))
  return resources.includes(undefined) ? null : [...new Set(resources as string[])]
}

function serversNamed(asked: AuthorizationParameters, facts: AuthorizationFacts): readonly ResourceServer[] {
  const named = resourcesOf(asked, facts) ?? []
  return facts.servers.filter(({ resource }) => named.includes(resource))
}

function mayHave({ metadata }: RequestingApplication): string[] {
  return scopeWordsOf(metadata.scope ?? '')
}

/** The one value of a parameter, or '': rules after the one about duplicates rely on it. */
export function singleValue(asked: AuthorizationParameters, name: string): string {
  return asked[name]?.[0] ?? ''
}

function plainText(asked: AuthorizationParameters, name: string, most: number): string | undefined {
  const [text, ...others] = asked[name] ?? []
  if (text === undefined || others.length > 0 || Buffer.byteLength(text) > most) return undefined
  return /\p{Cc}/u.test(text) ? undefined : text
}

function lengthOf(asked: AuthorizationParameters): number {
  return Object.entries(asked).reduce((sum, [name, values]) => sum + values.join(name).length + name.length, 0)
}

function isOneOf<const T extends readonly string[]>(words: T, word: string | undefined): word is T[number] {
  return word !== undefined && words.includes(word)
}
