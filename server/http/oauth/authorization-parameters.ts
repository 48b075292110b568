// Parameters of an authorization request, from the address, a form, or a pushed request.
import type { AuthorizationParameters } from '../../policy/authorization-rules.js'
import type { Context } from '../handler.js'
import type { FormRules } from './form-rules.js'

/**
 * Parameters of a pushed request (RFC 9126 §2.1), for the API's document; they are checked by
 * policy/authorization-rules.ts.
 */
export const pushedParameters = {
  redirect_uri: { about: 'Where the browser is redirected to; one of the registered redirect URIs.' },
  response_type: { required: true, about: '`code`' },
  response_mode: { about: '`query`, `fragment` or `form_post`' },
  scope: { about: 'Scopes, separated by spaces.' },
  state: { about: 'Returned unchanged in the authorization response.' },
  nonce: { about: 'Returned unchanged in the id_token.' },
  code_challenge: { about: 'Derived from the `code_verifier` (RFC 7636).' },
  code_challenge_method: { about: '`S256`' },
  dpop_jkt: { about: 'Thumbprint of the key to which the code is to be bound (RFC 9449 §10).' },
  resource: { repeats: true, about: 'The resource servers that access is requested for (RFC 8707).' },
  prompt: { about: '`none`, or some of `login`, `consent`, `select_account`' },
  max_age: { about: 'Maximum age of the sign-in, in seconds.' },
  login_hint: { about: 'The username, if the application knows it.' },
  id_token_hint: { about: 'An earlier id_token of the user who is expected to be signed in.' },
  ui_locales: { about: 'Preferred languages of the pages, in order of preference.' },
} as const satisfies FormRules

export function groupedQuery(ctx: Context): AuthorizationParameters {
  const grouped: Record<string, string[]> = Object.create(null)
  for (const [name, value] of new URLSearchParams(ctx.querystring)) {
    grouped[name] ??= []
    grouped[name].push(value)
  }
  return grouped
}

/** The parameters that have a value; RFC 6749 §3.1: one without a value counts as left out. */
export function withValues(parameters: AuthorizationParameters): AuthorizationParameters {
  const given = Object.entries(parameters).map(
    ([name, values]) => [name, values.filter(value => value !== '')] as const,
  )
  return Object.assign(Object.create(null), Object.fromEntries(given.filter(([, values]) => values.length > 0)))
}
