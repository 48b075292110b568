// An administrator tries a sign-in out. What an application would keep until the browser comes back (its verifier and nonce)
// is made from a secret of ours, the browser session of the administrator and what stands in `state`: no row is written, the
// browser never has it, and it is of no use to anybody else's.
import { createHash, hkdfSync, timingSafeEqual } from 'node:crypto';
export function createSignInTests({ secrets, random }) {
    function testOf(secret, version, salt, prompt, by) {
        const about = JSON.stringify(['darvoza sign-in test', by.sid, by.applicationId, prompt]);
        const bytes = Buffer.from(hkdfSync('sha256', secret, Buffer.from(salt, 'base64url'), about, 96));
        const [verifier, nonce, mac] = [0, 32, 64].map(from => bytes.subarray(from, from + 32).toString('base64url'));
        const challenge = createHash('sha256').update(verifier).digest('base64url');
        const state = `${version}.${salt}.${prompt}.${mac}`;
        return { state, verifier: verifier, nonce: nonce, challenge, prompt };
    }
    return {
        /** @param prompt a word of the authorization request's, or '' */
        begin(by, prompt) {
            const { version, secret } = secrets.present('ticket');
            return testOf(secret, version, random(16).toString('base64url'), prompt, by);
        },
        /** null where this browser session has not begun it. */
        resume(by, state) {
            const [, version, salt, prompt] = /^([1-9]\d{0,8})\.([\w-]{22})\.([a-z]{0,20})\.[\w-]{43}$/.exec(state) ?? [];
            const found = version === undefined ? null : secrets.find('ticket', Number(version));
            if (!found)
                return null;
            const test = testOf(found.secret, Number(version), salt, prompt, by);
            const [known, given] = [Buffer.from(test.state), Buffer.from(state)];
            return known.length === given.length && timingSafeEqual(known, given) ? test : null;
        },
    };
}
//# sourceMappingURL=sign-in-tests.js.map