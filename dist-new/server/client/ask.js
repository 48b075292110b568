/** Numbers that say that it may pass; everything from 500 on does too (RFC 9110 §15.6). */
const passing = new Set([408, 425, 429]);
/** Longer is no wait that a page can be kept in; in s. */
const longestRetryAfter = 3_600;
export function createAsk({ issuer, fetch, wall, proofs }) {
    /** @param patience until the whole answer must be there, in ms */
    async function ask(message, patience) {
        const ending = new AbortController();
        const timer = setTimeout(() => ending.abort(), patience);
        try {
            const { asked, nonce } = await send(message, ending.signal);
            // RFC 9449 §8: one retry with the nonce of the answer; a server that wants another nonce each time would cause a loop.
            return nonce && wantsNonce(asked) ? (await send(message, ending.signal)).asked : asked;
        }
        catch (cause) {
            return { is: 'lost', cause };
        }
        finally {
            clearTimeout(timer);
        }
    }
    /** `nonce`: the answer has brought another one. */
    async function send({ path, json, form }, signal) {
        const url = issuer + path;
        const askedAt = wall();
        const proof = proofs && (await proofs.proof('POST', url));
        const response = await fetch(url, {
            method: 'POST',
            headers: {
                ...(json && { 'Content-Type': 'application/json' }),
                Accept: 'application/json',
                ...(proof && { DPoP: proof.text }),
            },
            body: json ? JSON.stringify(json) : new URLSearchParams(form),
            signal,
            // What is sent is a secret: it goes to this address, and is led nowhere else (307 would send it again).
            redirect: 'error',
            credentials: 'omit',
            referrerPolicy: 'no-referrer',
            // A sign-out goes on when its page is left.
            keepalive: true,
        });
        const nonce = proof !== null && proofs.hear(response, url, proof);
        return { asked: await read(response, askedAt), nonce };
    }
    async function read(response, askedAt) {
        const { status } = response;
        const retryAfter = secondsIn(response.headers.get('retry-after'), wall());
        if (status >= 500 || passing.has(status)) {
            await response.body?.cancel();
            return { is: 'lost', status, retryAfter };
        }
        const text = await response.text();
        const body = objectIn(text);
        if (!response.ok)
            return { is: 'refused', status, body: body ?? {}, retryAfter };
        // Half an answer, or a page that a network shows before it lets anybody through.
        return body ? { is: 'answered', body, askedAt } : { is: 'lost', status };
    }
    return ask;
}
const wantsNonce = (asked) => asked.is === 'refused' && asked.body.error === 'use_dpop_nonce';
/** Seconds or a date (RFC 9110 §10.2.3). */
function secondsIn(header, now) {
    if (header === null)
        return undefined;
    const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
    return Number.isNaN(seconds) ? undefined : Math.min(Math.max(0, seconds), longestRetryAfter);
}
/** What RFC 7009 §2.2 answers is empty. */
function objectIn(text) {
    if (text === '')
        return {};
    try {
        const value = JSON.parse(text);
        return typeof value === 'object' && value !== null && !Array.isArray(value)
            ? value
            : null;
    }
    catch {
        return null;
    }
}
//# sourceMappingURL=ask.js.map