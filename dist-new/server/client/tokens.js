// The pair that a client holds, as it is kept in a store, and which of two is newer.
/** Of an access token that tells nothing of its life: short, so that it is renewed rather too often. */
const unknownLifetime = 300_000;
/**
 * @param before whose refresh token goes on where the answer has none (policy `rotate_refresh_tokens`, RFC 6749 §6)
 * @returns null where there is no access token in it
 */
export function tokensIn(answer, askedAt, before) {
    const access = answer.access_token ?? answer.access;
    const refresh = answer.refresh_token ?? answer.refresh ?? before?.refresh;
    if (!isToken(access) || !(refresh === undefined || isToken(refresh)))
        return null;
    const { iat, exp } = claimsOf(access);
    const said = Number(answer.expires_in ?? Number(exp) - Number(iat));
    const lifetime = Number.isFinite(said) && said > 0 ? said * 1000 : unknownLifetime;
    // RFC 6749 §5.1: in any case.
    const bound = typeof answer.token_type === 'string' && answer.token_type.toLowerCase() === 'dpop';
    return { access, ...(refresh !== undefined && { refresh }), ...(bound && { bound }), lifetime, askedAt };
}
/** @returns null where the text is not what `writeTokens` writes: somebody else's, or of another version */
export function readTokens(text) {
    if (text === null)
        return null;
    try {
        const { access, refresh, bound, lifetime, askedAt } = JSON.parse(text);
        if (!isToken(access) || !(refresh === undefined || isToken(refresh)))
            return null;
        if (!Number.isFinite(lifetime) || !Number.isFinite(askedAt))
            return null;
        const both = { access, ...(refresh !== undefined && { refresh }), ...(bound === true && { bound }) };
        return { ...both, lifetime: lifetime, askedAt: askedAt };
    }
    catch {
        return null;
    }
}
export const writeTokens = (tokens) => JSON.stringify(tokens);
/**
 * May the answer to a refresh stand in the place of what is there now? Not where somebody has signed out or in meanwhile, and
 * not where another tab has got further: an older refresh token that comes back after the grace ends the session.
 * @param presented the refresh token that was sent
 */
export function mayReplace(present, next, presented) {
    if (present === null)
        return false;
    const [old, young] = [claimsOf(present.refresh), claimsOf(next.refresh)];
    // Tokens of a former service name no session: what was sent is what was replaced.
    if (old.sid === undefined || young.sid === undefined || old.sid !== young.sid)
        return present.refresh === presented;
    if (old.gen !== young.gen)
        return Number(young.gen) > Number(old.gen);
    return isNewerAccess(present.access, next.access);
}
/** `rev`: what the server knew when it signed. */
function isNewerAccess(present, next) {
    const [old, young] = [claimsOf(present), claimsOf(next)];
    const [oldRev, youngRev] = [Number(old.rev ?? 0), Number(young.rev ?? 0)];
    return oldRev === youngRev ? Number(young.iat ?? 0) >= Number(old.iat ?? 0) : youngRev > oldRev;
}
/** Claims, believed as they are: they decide what is kept, and nothing else. */
function claimsOf(token) {
    try {
        const part = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
        const claims = JSON.parse(atob(part));
        return typeof claims === 'object' && claims !== null ? claims : {};
    }
    catch {
        return {};
    }
}
/** RFC 6750 §2.1: what may stand in the header, so that no token can break out of it. */
const isToken = (value) => typeof value === 'string' && value.length <= 16_384 && /^[A-Za-z0-9\-._~+/]+=*$/.test(value);
//# sourceMappingURL=tokens.js.map