import { mayReplace, readTokens, writeTokens } from './tokens.js';
export function createKeptTokens(store, name, notice) {
    let memory = null;
    /** The store has failed to take what is in memory, which is newer. */
    let detached = false;
    /** One after the other: a late answer must not come between the look of a sign-out and its writing. */
    let last = Promise.resolve();
    function inTurn(work) {
        const done = last.then(work);
        last = done.catch(() => { });
        return done;
    }
    async function load() {
        if (detached)
            return memory;
        try {
            memory = readTokens(await store.read(name));
        }
        catch {
            // A browser that forbids storage, a full disk: what is in memory is good.
        }
        return memory;
    }
    async function write(tokens) {
        memory = tokens;
        try {
            await (tokens === null ? store.remove(name) : store.write(name, writeTokens(tokens)));
            detached = false;
        }
        catch {
            detached = true;
        }
        notice(tokens, true);
    }
    return {
        read() {
            return inTurn(async () => {
                const tokens = await load();
                notice(tokens, false);
                return tokens;
            });
        },
        set: (tokens) => inTurn(() => write(tokens)),
        /**
         * Keeps the answer to a refresh, unless what is there by now is newer.
         * @returns what is there then
         */
        replace(next, presented) {
            return inTurn(async () => {
                const present = await load();
                if (!mayReplace(present, next, presented))
                    return present;
                await write(next);
                return next;
            });
        },
        /** Forgets the session whose refresh token was refused. @returns false where another one is there by now, or none */
        drop(refused) {
            return inTurn(async () => {
                const present = await load();
                if (present === null || present.refresh !== refused.refresh)
                    return false;
                await write(null);
                return true;
            });
        },
    };
}
//# sourceMappingURL=kept-tokens.js.map