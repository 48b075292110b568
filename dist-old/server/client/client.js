// `darvoza/client`: a fetch that sends the access token and refreshes it, in browsers and in Node. One refresh serves all callers
// and all tabs, a lost answer ends no session, and the event `signed_out` is raised once in each tab, with its reason.
import { createAges, realClocks } from './age.js';
import { createAsk } from './ask.js';
import { createBearerFetch } from './bearer-fetch.js';
import { ClientError } from './client-error.js';
import { createEvents } from './events.js';
import { noHints, openHints } from './hints.js';
import { createKeptTokens } from './kept-tokens.js';
import { indexedDbKeys, memoryKeys } from './key-store.js';
import { webLock } from './lock.js';
import { createProofs } from './proofs.js';
import { createRefresh } from './refresh.js';
import { createSigning } from './signing.js';
import { memoryStore } from './store.js';
import { tokensIn } from './tokens.js';
import { apiWire, oauthWire } from './wires.js';
export { ClientError } from './client-error.js';
export { indexedDbKeys, memoryKeys } from './key-store.js';
export { memoryStore, webStore } from './store.js';
export function createClient(options) {
    // Nobody else has what is in a memory of its own: nobody needs to be waited for, or told.
    const shared = options.store !== undefined;
    const { clientId, store = memoryStore(), fetch = globalThis.fetch.bind(globalThis), clocks = realClocks } = options;
    const { slack = 30, patience = 10, random = Math.random } = options;
    const issuer = checkedIssuer(options.issuer);
    const name = options.name ?? `darvoza ${issuer} ${clientId ?? ''}`.trim();
    const wire = clientId === undefined ? apiWire : oauthWire(clientId);
    const lock = options.lock === undefined && shared ? webLock() : (options.lock ?? null);
    const proofs = options.dpop ? createProofs({ keys: keysOf(options.dpop, clientId), name, wall: clocks.wall }) : null;
    const kept = createKeptTokens(store, name, notice);
    const ages = createAges(clocks);
    const events = createEvents();
    const slackOf = ({ lifetime }) => Math.min(slack * 1000, lifetime / 4);
    /** The access token when this client last looked; null: nobody was signed in. */
    let seen = null;
    /** Why another tab said that it had signed out. */
    let heardReason = 'signed_out';
    const hints = shared ? openHints(name, hear) : noHints;
    const ask = createAsk({ issuer, fetch, wall: clocks.wall, proofs });
    const renew = createRefresh({
        ...{ ask, wire, kept, ages, lock, name, random, patience: patience * 1000, slack: slackOf },
        monotonic: clocks.monotonic,
        pause: ms => new Promise(resolve => setTimeout(resolve, ms)),
        refreshed() {
            hints.tell({ changed: 'refreshed' });
            events.emit('refreshed', { elsewhere: false });
        },
        signedOut,
    });
    const signing = createSigning({ ask, wire, kept, store, lock, name, patience: patience * 1000, set, signedOut });
    function hear(hint) {
        if (hint?.changed === 'signed_out')
            heardReason = hint.reason ?? 'signed_out';
        void kept.read();
    }
    /** Tells what other tabs have done to the store; of what this client does those tell who do it. */
    function notice(tokens, ours) {
        const before = seen;
        seen = tokens?.access ?? null;
        if (ours || before === seen)
            return;
        if (seen === null)
            events.emit('signed_out', { reason: heardReason, elsewhere: true });
        else
            events.emit(before === null ? 'signed_in' : 'refreshed', { elsewhere: true });
    }
    async function set(tokens) {
        await kept.set(tokens);
        hints.tell({ changed: 'signed_in' });
        events.emit('signed_in', { elsewhere: false });
    }
    function signedOut(reason) {
        hints.tell({ changed: 'signed_out', reason });
        events.emit('signed_out', { reason, elsewhere: false });
    }
    async function present() {
        const tokens = await kept.read();
        if (tokens === null)
            return null;
        const remaining = ages.remaining(tokens);
        if (remaining > slackOf(tokens))
            return tokens;
        // Good for a while: nobody waits.
        const renewing = renew().then(renewed => renewed.tokens);
        if (remaining > slackOf(tokens) / 2) {
            renewing.catch(() => { });
            return tokens;
        }
        return renewing.catch(error => {
            if (error instanceof ClientError && error.temporary && ages.remaining(tokens) > 0)
                return tokens;
            throw error;
        });
    }
    return {
        /**
         * As `fetch`, with the access token where its origin is one of `origins`. A 401 that a new token can mend is not seen: the
         * request is sent again, once or, where tokens change at that moment, twice. Not one whose body is a stream: that answer is
         * returned, and the next request has the new token.
         * @throws ClientError `unreachable` where the token is over and the token server does not answer: nobody is signed out;
         *   `signed_out` where the session turns out to be over before anything was sent
         */
        fetch: createBearerFetch({
            fetch,
            origins: originsOf(issuer, options.origins ?? []),
            present,
            renew,
            monotonic: clocks.monotonic,
            proofs,
        }),
        /** For what is no fetch: a WebSocket's first message, another library. @returns null where nobody is signed in */
        async accessToken() {
            return (await present())?.access ?? null;
        },
        signIn: signing.signIn,
        signOut: signing.signOut,
        /**
         * Redeems the code of an authorization request (RFC 6749 §4.1.3), and takes the tokens.
         * @throws ClientError with the server's code (`invalid_grant`: it was used, or is too old), or `unreachable`
         */
        redeem: (code, parameters) => signing.redeem(code, parameters),
        /** Of the key that tokens are bound to, for `dpop_jkt` of an authorization request (RFC 9449 §10); null without one. */
        async keyThumbprint() {
            return (await proofs?.thumbprint()) ?? null;
        },
        /** Takes what a token endpoint has answered, in OAuth's names or simplejwt's. */
        async setTokens(answer) {
            const tokens = tokensIn(answer, clocks.wall());
            if (tokens === null)
                throw new TypeError('setTokens: there is no access token in it');
            await set(tokens);
        },
        /** Refreshes now, whatever the age: after what the person may do was changed, as by the page itself. */
        async refresh() {
            const tokens = await kept.read();
            await renew(tokens?.access);
        },
        async isSignedIn() {
            return (await kept.read()) !== null;
        },
        on: events.on,
        /** No more hears of other tabs. */
        close() {
            hints.close();
        },
    };
}
/** @throws TypeError where no key can be made or used */
function keysOf(given, clientId) {
    if (clientId === undefined)
        throw new TypeError('dpop: an application with a clientId alone has bound tokens');
    const { subtle } = (globalThis.crypto ?? {});
    if (subtle === undefined)
        throw new TypeError('dpop: keys are made on pages with https, or on localhost');
    return given === true ? (indexedDbKeys() ?? memoryKeys()) : given;
}
/** @throws TypeError where it is no address that a password may be sent to */
function checkedIssuer(text) {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || !/^https?:$/.test(url.protocol))
        throw new TypeError('issuer: no http or https address');
    const local = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
    if (url.protocol === 'http:' && !local)
        throw new TypeError('issuer: plain http only on localhost');
    if (url.username || url.password || url.search || url.hash)
        throw new TypeError('issuer: an address and nothing else');
    return url.href.replace(/\/+$/, '');
}
function originsOf(issuer, more) {
    const { location } = globalThis;
    const own = location && /^https?:/.test(location.origin) ? [location.origin] : [];
    const named = more.map(text => {
        const origin = URL.canParse(text) ? new URL(text).origin : 'null';
        if (origin === 'null' || origin !== text.replace(/\/$/, ''))
            throw new TypeError(`origins: ${text} is no origin`);
        return origin;
    });
    return new Set([new URL(issuer).origin, ...own, ...named]);
}
//# sourceMappingURL=client.js.map