import { refreshHelps, wantsNonce } from './refusals.js';
/** How long nobody refreshes for an origin that refused a token that had just come, in ms. */
const hopelessTime = 10_000;
export function createBearerFetch({ fetch, origins, present, renew, monotonic, proofs }) {
    const hopeless = new Map();
    return async function bearerFetch(input, init) {
        const request = new Request(input, init);
        const { origin } = new URL(request.url);
        // A caller who has brought a credential of its own means that one.
        if (!origins.has(origin) || request.headers.has('authorization'))
            return fetch(request);
        const before = await settled(present(), request.signal);
        if (before === null)
            return fetch(request);
        // At most two more attempts: with what another caller or tab had got, and with what was asked for since.
        let tokens = before;
        let next = request;
        for (let retries = 0, fresh = false, isProven = false;; retries++) {
            const sent = next;
            next = again(sent, input, init);
            const proof = await sign(sent, tokens);
            const response = await fetch(sent);
            // Fetch standard §4.4: an answer from another origin is one to a request without the token.
            const ours = !response.redirected || new URL(response.url).origin === origin;
            // RFC 9449 §9: with the nonce that came along, once. It is no refusal of the token.
            if (ours && heard(response, sent, proof) && !isProven && next !== null && wantsNonce(response)) {
                isProven = true;
                retries--;
                await response.body?.cancel();
                continue;
            }
            if (!ours || !(await refreshHelps(response)) || isHopeless(origin, tokens))
                return response;
            if (fresh || retries === 2) {
                hopeless.set(origin, { access: tokens.access, until: monotonic() + hopelessTime });
                return response;
            }
            const renewed = await settled(renewOrNull(tokens.access), request.signal);
            // Signed out, which listeners know by now: this answer says it to the caller.
            if (renewed === null || next === null)
                return response;
            tokens = renewed.tokens;
            fresh = renewed.asked;
            await response.body?.cancel();
        }
    };
    /**
     * A token that is bound to a key goes with a proof of it, and under a scheme of its own (RFC 9449 §7.1).
     * @returns the proof
     */
    async function sign({ headers, method, url }, { access, bound }) {
        headers.set('Authorization', `${bound ? 'DPoP' : 'Bearer'} ${access}`);
        const proof = bound && proofs ? await proofs.proof(method, url, access) : null;
        if (proof)
            headers.set('DPoP', proof.text);
        return proof;
    }
    /** @returns whether the answer has brought another nonce than the request had */
    function heard(response, { url }, proof) {
        return proof !== null && proofs.hear(response, url, proof);
    }
    async function renewOrNull(refused) {
        try {
            return await renew(refused);
        }
        catch (error) {
            if (error.code === 'signed_out')
                return null;
            throw error;
        }
    }
    function isHopeless(origin, { access }) {
        const known = hopeless.get(origin);
        return known !== undefined && known.access === access && known.until > monotonic();
    }
}
/**
 * The same request once more, made before the first is sent: its caller may use a buffer again.
 * @returns null where the body is a stream: what is sent of it is gone, and is not held in memory for this
 */
function again(sent, input, init) {
    const body = init?.body;
    const object = typeof body === 'object' && body !== null;
    if (object && (body instanceof ReadableStream || Symbol.asyncIterator in body))
        return null;
    // What the body of a Request was made of is not known: a copy of it is held until the answer is there.
    return input instanceof Request && sent.body !== null && !body ? sent.clone() : new Request(input, init);
}
/** What many wait for is not ended by the one who gives up. */
function settled(work, signal) {
    return new Promise((resolve, reject) => {
        const giveUp = () => reject(signal.reason);
        if (signal.aborted)
            giveUp();
        signal.addEventListener('abort', giveUp, { once: true });
        work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
    });
}
//# sourceMappingURL=bearer-fetch.js.map