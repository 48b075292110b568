// Parameters of an authorization request, from the address, a form, or a pushed request.
import type { AuthorizationParameters } from '../../policy/authorization-rules.js'
import type { Context } from '../handler.js'
import type { FormRules } from './form-rules.js'

/**
 * Parameters of a pushed request (RFC 9126 §2.1), for the API's document; they are checked by
 * policy/authorization-rules.ts.
 */
export const pushedParameters = {
  redirect_uri: { about: 'Where the browser is sent back to; one that is registered.' },
  response_type: { required: true, about: '`code`' },
  response_mode: { about: '`query`, `fragment` or `form_post`' },
  scope: { about: 'Words with a space between.' },
  state: { about: 'Comes back with the answer.' },
  nonce: { about: 'Comes back in the id_token.' },
  code_challenge: { about: 'Made from the `code_verifier` (RFC 7636).' },
  code_challenge_method: { about: '`S256`' },
  dpop_jkt: { about: 'The thumbprint of the key that the code is bound to (RFC 9449 §10).' },
  resource: { repeats: true, about: 'The resource servers that it is about (RFC 8707).' },
  prompt: { about: '`none`, or some of `login`, `consent`, `select_account`' },
  max_age: { about: 'Seconds that the sign-in may be old.' },
  login_hint: { about: 'The username, if the application knows it.' },
  id_token_hint: { about: 'An earlier id_token of the person who is expected.' },
  ui_locales: { about: 'Languages of the pages, the best one first.' },
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
