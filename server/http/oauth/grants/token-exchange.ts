// RFC 8693: exchanges a token that the application was sent for one for another resource server. Never a refresh token:
// while the session lives, the sender of the first token can send the next.

import { authenticationMethodOf } from '../../../policy/application-metadata.js'
import { accessTokenType, tokenExchangeGrant } from '../../../policy/token-exchange.js'
import { refuse } from '../../../protocol/errors.js'
import type { Exchange } from '../../../tokens/exchange.js'
import { type Grant, grant } from './grant.js'
import { grantParameters } from './parameters.js'

export type TokenExchangeDeps = { exchange: Exchange; now: () => number }

export function createTokenExchangeGrant({ exchange, now }: TokenExchangeDeps): Grant {
  return grant({
    grantType: tokenExchangeGrant,
    parameters: grantParameters[tokenExchangeGrant],
    async handle(parameters, ctx) {
      const { subject_token, actor_token, actor_token_type, scope, resource, audience } = parameters
      const application = ctx.state.application!
      // RFC 8693 §5: for confidential clients only.
      if (authenticationMethodOf(application) === 'none') throw refuse('unauthorized_client')
      if ((actor_token ?? actor_token_type) !== undefined) throw refuse('actor_token_unsupported')
      for (const name of ['subject_token_type', 'requested_token_type'] as const)
        if (parameters[name] !== undefined && parameters[name] !== accessTokenType)
          throw refuse('invalid_request', { detail: `The parameter ${name} can only be ${accessTokenType}.` })
      const issued = await exchange(application.id, {
        subject: subject_token,
        proof: ctx.state.proof ?? null,
        scope,
        resource,
        audience,
      })
      return {
        access_token: issued.token,
        issued_token_type: accessTokenType,
        token_type: issued.tokenType,
        expires_in: Math.max(0, Math.floor((issued.expiresAt - now()) / 1000)),
        ...(issued.scope !== '' && { scope: issued.scope }),
      }
    },
  })
}
