// What a device code looks like, and what is kept of it.
import { createHash } from 'node:crypto';
/** By which scanners of logs find it. */
const prefix = 'dvz_device_';
export function newDeviceCode(random) {
    return prefix + random(32).toString('base64url');
}
export function isDeviceCode(text) {
    return /^dvz_device_[\w-]{43}$/.test(text);
}
/** 32 random bytes are not guessed, so a fast hash will do. */
export function hashOfDeviceCode(code) {
    return createHash('sha256').update(code).digest('base64url');
}
//# sourceMappingURL=device-code-text.js.map