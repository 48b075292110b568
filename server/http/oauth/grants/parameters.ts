// Form parameters of each grant, beside `grant_type` and those that authenticate the application.
import { accessTokenType, tokenExchangeGrant } from '../../../policy/token-exchange.js'
import type { FormRules } from '../form-rules.js'

const scope = { about: 'The scopes of the new token, separated by spaces; a subset of those that were granted.' }
const resource = { repeats: true, about: 'The resource server that the token is for (RFC 8707).' } as const

export const grantParameters = {
  /** Parameters of RFC 6749 §4.1.3. */
  authorization_code: {
    code: { required: true, about: 'The code of the authorization endpoint; valid once, for one minute.' },
    redirect_uri: { about: 'The same value as in the authorization request.' },
    code_verifier: { about: 'The random value that `code_challenge` was derived from (RFC 7636).' },
    scope,
    resource,
  },
  /** Parameters of RFC 6749 §6. */
  refresh_token: {
    refresh_token: { required: true, about: 'Spent by this request; the answer has its successor.' },
    scope,
    resource,
  },
  /** Parameters of RFC 8628 §3.4. */
  'urn:ietf:params:oauth:grant-type:device_code': {
    device_code: {
      required: true,
      about: 'The code of the device authorization endpoint; the client polls with it until the user decides.',
    },
    scope,
    resource,
  },
  /** Parameters of RFC 6749 §4.4. */
  client_credentials: { scope, resource },
  /** Parameters of RFC 8693 §2.1. */
  [tokenExchangeGrant]: {
    subject_token: { required: true, about: 'The access token of a user that the application received.' },
    subject_token_type: { required: true, about: `\`${accessTokenType}\`.` },
    requested_token_type: { about: 'If present, the same type.' },
    audience: { repeats: true, about: 'The `client_id` of the resource server, in place of `resource`.' },
    actor_token: { about: 'Not accepted: the application that sends the request is the actor.' },
    actor_token_type: { about: 'Not accepted, as `actor_token`.' },
    scope,
    resource,
  },
} as const satisfies Record<string, FormRules>
