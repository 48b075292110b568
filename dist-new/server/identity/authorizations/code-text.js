// What a code looks like, and what is kept of it.
import { createHash } from 'node:crypto';
/** By which scanners of logs find it. */
const prefix = 'dvz_code_';
export function newCode(random) {
    return prefix + random(32).toString('base64url');
}
export function isCode(text) {
    return /^dvz_code_[\w-]{43}$/.test(text);
}
/** 32 random bytes are not guessed, so a fast hash will do. */
export function hashOfCode(code) {
    return createHash('sha256').update(code).digest('base64url');
}
//# sourceMappingURL=code-text.js.map