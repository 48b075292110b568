// Tokens as djangorestframework-simplejwt writes them, and the settings with which they are taken.
import { createHmac, randomBytes } from 'node:crypto';
import { readSettings } from '../../config/settings.js';
import { aClock } from './clock.js';
import { sqlite } from './engines.js';
import { aServer, testSettings } from './server.js';
export const legacySecret = 'the secret of the former service, 50 characters ok';
/** The clock of tests stands at 9 o'clock; the former service stopped an hour before. */
const cutOver = '2026-01-05T08:00:00Z';
export const cutOverAt = Date.parse(cutOver);
/** What the environment says of it, read as a server reads it. */
export function legacySettings(environment = {}) {
    const { legacyJwt } = readSettings({
        LEGACY_JWT_SECRET: legacySecret,
        LEGACY_JWT_CUT_OVER: cutOver,
        ...environment,
    });
    return legacyJwt;
}
/** A server that takes them. */
export async function aServerAfterDjango(options = {}) {
    const { legacy, ...others } = options;
    const database = await (options.engine ?? sqlite).migrated();
    const settings = { ...testSettings(database), legacyJwt: legacySettings(legacy) };
    return aServer({ clock: aClock(), settings, ...others });
}
export const secondsOf = (clock) => Math.floor(clock.now() / 1000);
/** A refresh token of a day, given ten minutes before the cut-over; `undefined` takes a claim away. */
export function aLegacyToken(userId, claims = {}, signing = {}) {
    const iat = cutOverAt / 1000 - 600;
    const jti = randomBytes(16).toString('hex');
    return signed({ token_type: 'refresh', exp: iat + 86_400, iat, jti, user_id: userId, ...claims }, signing);
}
/** @param claims as an object, or as the JSON text that is to be signed */
export function signed(claims, { header = {}, secret = legacySecret, hash = 'sha256' } = {}) {
    const encode = (part) => Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
    const input = `${encode({ alg: 'HS256', typ: 'JWT', ...header })}.${encode(claims)}`;
    return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`;
}
//# sourceMappingURL=legacy-tokens.js.map