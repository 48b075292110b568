/** One after the other, each by the `next` of the one before. */
export function inTurn(steps) {
    return steps.reduceRight((after, step) => async (ctx, next) => step(ctx, async () => after(ctx, next)), (_, next) => next());
}
export const isReading = ({ method }) => method === 'GET' || method === 'HEAD';
export function originOf(ctx) {
    return { address: ctx.state.address, userAgent: ctx.get('User-Agent').slice(0, 512), requestId: ctx.state.requestId };
}
/** The person who asks by a token, or by a key, which has no session: as kinds/bearer.ts has let them in. */
export function personOf(ctx) {
    const { apiKey, claims } = ctx.state;
    if (apiKey)
        return { userId: apiKey.userId, sid: null, actor: actorOf(ctx, apiKey.userId) };
    const { sub, sid } = claims;
    return { userId: Number(sub), sid: sid, actor: actorOf(ctx, Number(sub)) };
}
/** Who asks; null where nobody is known by name: an application's own token is nobody's. */
export function senderIdOf({ state: { apiKey, claims, browser } }) {
    if (apiKey)
        return apiKey.userId;
    return claims?.sid === undefined ? (browser?.user.id ?? null) : Number(claims.sub);
}
/** The person who looks at a page: user id, session and what they may do, as kinds/browser.ts has let them in. */
export function browserUserOf(ctx) {
    const browser = ctx.state.browser;
    const { user, session } = browser;
    return { userId: user.id, sid: session.id, user, actor: actorOf(ctx, user.id), browser };
}
function actorOf(ctx, userId) {
    return { name: `user:${userId}`, origin: originOf(ctx), credential: ctx.state.credential };
}
//# sourceMappingURL=handler.js.map