import { isKnownHash, workOf } from './stored-passwords.js';
/** An import could hold a kind a row; more than these are not looked for. */
const mostKinds = 64;
/** Stands behind every character that a hash has. */
const behind = '\x7f';
/** @returns a stand-in (`workOf`) for each kind */
export function createStoredKinds({ database, userStore }) {
    return async function storedKinds() {
        const found = new Set();
        let after = '';
        for (let seek = 0; seek < mostKinds; seek++) {
            const next = await userStore.passwordHashAfter(database, after);
            if (next === null)
                break;
            const kind = isKnownHash(next) ? workOf(next) : null;
            if (kind)
                found.add(kind.standIn);
            after = (kind?.head ?? (next.match(/^[^$]*\$/)?.[0] || next[0])) + behind;
        }
        return [...found];
    };
}
//# sourceMappingURL=stored-kinds.js.map