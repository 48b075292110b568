// Tokens whose signature and claims were found right, by the digest of their whole text: a request with one of them costs a
// digest and a look-up. What time and the log say of them is asked again each time.
import { hash } from 'node:crypto';
import { createRecent } from '../protocol/recent.js';
/** @param size how many at the most; 0: none is remembered */
export function createRemembered(size) {
    const { find, ...recent } = createRecent(size);
    return {
        ...recent,
        /** Of a whole token, signature and all. */
        digest: (token) => (size === 0 ? '' : hash('sha256', token, 'base64url')),
        find: (digest) => (size === 0 ? undefined : find(digest)),
    };
}
//# sourceMappingURL=remembered.js.map