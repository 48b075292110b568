// Form parameters of each grant, beside `grant_type` and those that authenticate the application.
import { accessTokenType, tokenExchangeGrant } from '../../../policy/token-exchange.js'
import type { FormRules } from '../form-rules.js'

const scope = { about: 'Words with a space between; of what was granted, what the token is to be for.' }
const resource = { repeats: true, about: 'The resource server that the token is for (RFC 8707).' } as const

export const grantParameters = {
  /** Parameters of RFC 6749 §4.1.3. */
  authorization_code: {
    code: { required: true, about: 'What the authorization endpoint gave; good once, for a minute.' },
    redirect_uri: { about: 'As it stood in the authorization request.' },
    code_verifier: { about: 'What `code_challenge` was made from (RFC 7636).' },
    scope,
    resource,
  },
  /** Parameters of RFC 6749 §6. */
  refresh_token: {
    refresh_token: { required: true, about: 'Spent by this call; the answer has the next.' },
    scope,
    resource,
  },
  /** Parameters of RFC 8628 §3.4. */
  'urn:ietf:params:oauth:grant-type:device_code': {
    device_code: {
      required: true,
      about: 'What the device authorization endpoint gave; asked with until somebody decides.',
    },
    scope,
    resource,
  },
  /** Parameters of RFC 6749 §4.4. */
  client_credentials: { scope, resource },
  /** Parameters of RFC 8693 §2.1. */
  [tokenExchangeGrant]: {
    subject_token: { required: true, about: 'The access token of a person that the application was sent.' },
    subject_token_type: { required: true, about: `\`${accessTokenType}\`.` },
    requested_token_type: { about: `The same, where it is there.` },
    audience: { repeats: true, about: 'The same as `resource`, by the `client_id` of the resource server.' },
    actor_token: { about: 'None is taken: the application that asks is the actor.' },
    actor_token_type: { about: 'As `actor_token`.' },
    scope,
    resource,
  },
} as const satisfies Record<string, FormRules>
