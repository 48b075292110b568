// RFC 6749 §4.4: an application gets a token for itself. Never a refresh token (§4.4.3): it can ask again.
import { authenticationMethodOf } from '../../../policy/application-metadata.js'
import { refuse } from '../../../protocol/errors.js'
import type { ClientToken } from '../../../tokens/client-token.js'
import { type Grant, grant } from './grant.js'
import { grantParameters } from './parameters.js'

export type ClientCredentialsDeps = { clientToken: ClientToken; now: () => number }

export function createClientCredentialsGrant({ clientToken, now }: ClientCredentialsDeps): Grant {
  return grant({
    grantType: 'client_credentials',
    parameters: grantParameters.client_credentials,
    async handle({ scope, resource }, ctx) {
      const application = ctx.state.application!
      // RFC 6749 §4.4: for confidential clients only.
      if (authenticationMethodOf(application) === 'none') throw refuse('unauthorized_client')
      const issued = await clientToken(application.id, { scope, resources: resource }, ctx.state.proof)
      return {
        access_token: issued.token,
        token_type: issued.tokenType,
        expires_in: Math.max(0, Math.floor((issued.expiresAt - now()) / 1000)),
        ...(issued.scope !== '' && { scope: issued.scope }),
      }
    },
  })
}
