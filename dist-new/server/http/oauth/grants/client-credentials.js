// RFC 6749 §4.4: an application asks for itself. Never a refresh token (§4.4.3): it can ask again.
import { authenticationMethodOf } from '../../../policy/application-metadata.js';
import { refuse } from '../../../protocol/errors.js';
import { grant } from './grant.js';
import { grantParameters } from './parameters.js';
export function createClientCredentialsGrant({ clientToken, now }) {
    return grant({
        grantType: 'client_credentials',
        parameters: grantParameters.client_credentials,
        async handle({ scope, resource }, ctx) {
            const application = ctx.state.application;
            // RFC 6749 §4.4: for those alone who prove themselves.
            if (authenticationMethodOf(application) === 'none')
                throw refuse('unauthorized_client');
            const issued = await clientToken(application.id, { scope, resources: resource }, ctx.state.proof);
            return {
                access_token: issued.token,
                token_type: issued.tokenType,
                expires_in: Math.max(0, Math.floor((issued.expiresAt - now()) / 1000)),
                ...(issued.scope !== '' && { scope: issued.scope }),
            };
        },
    });
}
//# sourceMappingURL=client-credentials.js.map