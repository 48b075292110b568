// The tokens of registration: the initial one, which an administrator gives (RFC 7591 §3), and the one that an application gets
// to manage what it has registered (RFC 7592 §3). Both are 32 random bytes, which nobody guesses: a fast hash will do.
import { createHash, timingSafeEqual } from 'node:crypto';
/** By which scanners of source code find them. */
const prefixes = { initial: 'dvz_iat_', registration: 'dvz_reg_' };
export function newRegistrationToken(kind, random) {
    return prefixes[kind] + random(32).toString('base64url');
}
/** Whether it may be one at all: what is none costs no look into the database. */
export function isRegistrationToken(kind, text) {
    return text.startsWith(prefixes[kind]) && /^[A-Za-z0-9_-]{43}$/.test(text.slice(prefixes[kind].length));
}
export function hashOfToken(text) {
    return createHash('sha256').update(text).digest('base64url');
}
const nobodys = Buffer.alloc(32);
/** Takes as long whichever it is, or where there is none. */
export function isHashOf(text, hash) {
    const held = hash === null ? nobodys : Buffer.from(hash, 'base64url');
    return timingSafeEqual(createHash('sha256').update(text).digest(), held) && hash !== null;
}
//# sourceMappingURL=registration-tokens.js.map