// A browser that has signed in before proves it at its next sign-in, whatever others do to the name meanwhile. Several
// people may use one browser: the cookie keeps a token for each of the last few.
import { createHash } from 'node:crypto';
import { usernameKey } from '../../policy/username.js';
const most = 4;
export function createDeviceCookie(cookies) {
    const entriesOf = (ctx) => (cookies.read(ctx, 'darvoza-device') ?? '').split('~').filter(entry => /^[\w-]{8}:[\w.-]{1,800}$/.test(entry));
    return {
        tokenFor(ctx, username) {
            return entriesOf(ctx)
                .find(entry => entry.startsWith(`${markOf(username)}:`))
                ?.slice(9);
        },
        remember(ctx, username, token) {
            const mark = markOf(username);
            const others = entriesOf(ctx).filter(entry => !entry.startsWith(`${mark}:`));
            cookies.set(ctx, 'darvoza-device', [`${mark}:${token}`, ...others].slice(0, most).join('~'));
        },
    };
}
function markOf(username) {
    return createHash('sha256').update(usernameKey(username)).digest('base64url').slice(0, 8);
}
//# sourceMappingURL=device-cookie.js.map