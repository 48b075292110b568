import { originOf } from '../handler.js';
import { readForm } from './form-rules.js';
/** RFC 7009 §2.1; one of a type that nobody knows is ignored with its hint. */
export const revocationParameters = {
    token: { required: true, about: 'An access token or a refresh token.' },
    token_type_hint: { about: 'Not needed: a token says of which kind it is.' },
};
export function createRevocationHandler({ tokenRevocation }) {
    return {
        /** §2.2: what became of it tells the status alone. */
        async revoke(ctx) {
            const { token } = readForm((ctx.request.body ?? {}), revocationParameters);
            await tokenRevocation.revoke(token, ctx.state.application.id, originOf(ctx));
            ctx.body = null;
            ctx.status = 200;
        },
    };
}
//# sourceMappingURL=revocation.js.map