// What each grant takes in the form, beside `grant_type` and what its application is known by.
import type { FormRules } from '../form-rules.js'

const scope = { about: 'Words with a space between; of what was granted, what the token is to be for.' }
const resource = { repeats: true, about: 'The resource server that the token is for (RFC 8707).' } as const

export const grantParameters = {
  /** RFC 6749 §4.1.3 */
  authorization_code: {
    code: { required: true, about: 'What the authorization endpoint gave; good once, for a minute.' },
    redirect_uri: { about: 'As it stood in the authorization request.' },
    code_verifier: { about: 'What `code_challenge` was made from (RFC 7636).' },
    scope,
    resource,
  },
  /** RFC 6749 §6 */
  refresh_token: {
    refresh_token: { required: true, about: 'Spent by this call; the answer has the next.' },
    scope,
    resource,
  },
  /** RFC 6749 §4.4 */
  client_credentials: { scope, resource },
} as const satisfies Record<string, FormRules>
