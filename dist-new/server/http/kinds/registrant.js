import { refuse } from '../../protocol/errors.js';
export function createRegistrant({ judgeInitial, judgeOwn }) {
    /** Another scheme is no credential at all; the name is read in any case (RFC 9110 §11.1). */
    function tokenIn(ctx) {
        const parts = ctx.get('Authorization').split(' ').filter(Boolean);
        if (parts[0]?.toLowerCase() !== 'bearer')
            return null;
        if (parts.length !== 2)
            throw refuse('bad_authorization_header');
        return parts[1];
    }
    const initial = async (ctx, next) => {
        ctx.state.initialAccessToken = await judgeInitial(tokenIn(ctx));
        await next();
    };
    const own = async (ctx, next) => {
        const token = tokenIn(ctx);
        if (token === null)
            throw refuse('not_authenticated');
        ctx.state.registered = { application: await judgeOwn(ctx.params.id ?? '', token), token };
        await next();
    };
    return { initial, own };
}
//# sourceMappingURL=registrant.js.map