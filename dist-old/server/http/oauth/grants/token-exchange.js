// RFC 8693: a token that the application was sent becomes one for another resource server. Never a refresh token: while the
// session lives, whoever sent the first one sends the next.
import { authenticationMethodOf } from '../../../policy/application-metadata.js';
import { accessTokenType, tokenExchangeGrant } from '../../../policy/token-exchange.js';
import { refuse } from '../../../protocol/errors.js';
import { grant } from './grant.js';
import { grantParameters } from './parameters.js';
export function createTokenExchangeGrant({ exchange, now }) {
    return grant({
        grantType: tokenExchangeGrant,
        parameters: grantParameters[tokenExchangeGrant],
        async handle(parameters, ctx) {
            const { subject_token, actor_token, actor_token_type, scope, resource, audience } = parameters;
            const application = ctx.state.application;
            // RFC 8693 §5: for those alone who prove themselves.
            if (authenticationMethodOf(application) === 'none')
                throw refuse('unauthorized_client');
            if ((actor_token ?? actor_token_type) !== undefined)
                throw refuse('actor_token_unsupported');
            for (const name of ['subject_token_type', 'requested_token_type'])
                if (parameters[name] !== undefined && parameters[name] !== accessTokenType)
                    throw refuse('invalid_request', { detail: `The parameter ${name} can only be ${accessTokenType}.` });
            const issued = await exchange(application.id, {
                subject: subject_token,
                proof: ctx.state.proof ?? null,
                scope,
                resource,
                audience,
            });
            return {
                access_token: issued.token,
                issued_token_type: accessTokenType,
                token_type: issued.tokenType,
                expires_in: Math.max(0, Math.floor((issued.expiresAt - now()) / 1000)),
                ...(issued.scope !== '' && { scope: issued.scope }),
            };
        },
    });
}
//# sourceMappingURL=token-exchange.js.map