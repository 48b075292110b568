import { ClientError } from './client-error.js';
import { whileLocked } from './lock.js';
import { tokensIn } from './tokens.js';
/** Of the first attempt, in ms; each further one may take twice as long, for networks that are merely slow. */
const firstPatience = 3_000;
const shortestPatience = 1_000;
const firstPause = 150;
const longestPause = 2_000;
/** How long another tab is waited for, in ms. It may be frozen, or may be trying in vain. */
const lockPatience = 5_000;
export function createRefresh(deps) {
    const { ask, wire, kept, ages, lock, name, slack, monotonic, random, pause } = deps;
    let running = null;
    /** The server has said when to come again: until then nobody asks it. */
    let closed = null;
    /**
     * @param refused the access token that a resource server has refused: any other one will do
     * @throws ClientError `unreachable` or `signed_out`
     */
    async function renew(refused) {
        if (running !== null) {
            const { tokens } = await running;
            if (tokens.access !== refused)
                return { tokens, asked: false };
            // It was that one's: what it brought is refused by now.
            return renew(refused);
        }
        running = whileLocked(lock, name, lockPatience, () => locked(refused)).finally(() => {
            running = null;
        });
        return running;
    }
    async function locked(refused) {
        const tokens = requireTokens(await kept.read());
        // Another tab was faster.
        const good = refused === undefined ? ages.remaining(tokens) > slack(tokens) : tokens.access !== refused;
        return good ? { tokens, asked: false } : { tokens: await spend(tokens), asked: true };
    }
    async function spend(first) {
        const until = monotonic() + deps.patience;
        let tokens = first;
        for (let attempt = 0;; attempt++) {
            if (closed && monotonic() < closed.until)
                throw closed.error;
            const { refresh } = tokens;
            if (refresh === undefined)
                throw await over(tokens, 'no_refresh_token');
            const left = Math.max(until - monotonic(), shortestPatience);
            const answer = await ask(wire.refresh(refresh), Math.min(firstPatience * 2 ** attempt, left));
            if (answer.is === 'answered') {
                const next = tokensIn(answer.body, answer.askedAt, tokens);
                if (next === null)
                    throw unexpected(200);
                closed = null;
                const present = requireTokens(await kept.replace(next, refresh));
                deps.refreshed();
                return present;
            }
            if (answer.is === 'refused') {
                const reason = wire.overBy(answer);
                if (reason === null)
                    throw unexpected(answer.status);
                const present = requireTokens(await kept.read());
                // Another tab's, or another session's, which this refusal is not about.
                if (present.refresh === refresh)
                    throw await over(present, reason);
                tokens = present;
                continue;
            }
            const wait = Math.max((answer.retryAfter ?? 0) * 1000, pauseAfter(attempt));
            if (monotonic() + wait > until)
                throw giveUp(answer, wait);
            await pause(wait);
            // Without a lock another tab may have got the answer that was lost here.
            const present = requireTokens(await kept.read());
            if (present.refresh !== refresh || present.access !== tokens.access)
                return present;
        }
    }
    function requireTokens(tokens) {
        if (tokens === null)
            throw new ClientError('signed_out', 'nobody is signed in');
        return tokens;
    }
    async function over(tokens, reason) {
        if (await kept.drop(tokens))
            deps.signedOut(reason);
        return new ClientError('signed_out', `the session is over: ${reason}`, { reason });
    }
    function giveUp({ status, retryAfter, cause }, wait) {
        const error = new ClientError('unreachable', 'the token server gave no answer', { status, retryAfter, cause });
        if (retryAfter !== undefined)
            closed = { until: monotonic() + wait, error };
        return error;
    }
    const unexpected = (status) => new ClientError('unexpected_answer', `the token server answered ${status} in an unknown form`, { status });
    /** Twice as long each time, and by half at random: tabs that failed together do not come back together. */
    const pauseAfter = (attempt) => Math.min(firstPause * 2 ** attempt, longestPause) * (0.5 + random() / 2);
    return renew;
}
//# sourceMappingURL=refresh.js.map