// Guesses at passwords are counted before they are tested, so that many at once never get more than the limit; what turns
// out to be no wrong guess is given back. Names stand in no key: what is kept, here or in Redis, is a keyed hash.
import { createHmac, hkdfSync } from 'node:crypto';
import { bucketsOf, guessWindow, windowOf } from '../../policy/guesses.js';
import { Refusal, refuse } from '../../protocol/errors.js';
import { createGuessCounts } from './guess-counts.js';
import { createSharedGuessCounts } from './shared-guess-counts.js';
/** What the test of a guess refuses when the guess was wrong; whatever else it refuses, the password may have been right. */
const wrong = new Set([
    'no_active_account',
    'invalid_fields',
    'invalid_client',
    'api_key_unknown',
]);
/** When a bucket is full of guesses that are still being tested, a place may be free so soon, in seconds. */
const soon = 2;
export function createGuesses({ redis, secretKey, policy, ...deps }) {
    const { now, log } = deps;
    const own = createGuessCounts({ now });
    const shared = redis ? createSharedGuessCounts({ redis, own, ...deps }) : null;
    const counts = shared ?? own;
    const key = Buffer.from(hkdfSync('sha256', secretKey, '', 'darvoza guesses', 32));
    /** How many guesses this process tests at this moment, by bucket. */
    const underTest = new Map();
    /**
     * Counts a guess, tests it, and gives it back unless it was wrong.
     * @returns what the test does, and what is left to the guesser
     * @throws too_many_guesses, without a test; and whatever the test throws. Both tell what is left.
     */
    async function count(guesser, test) {
        const at = now();
        const buckets = bucketsOf(guesser, policy().sign_in_guesses_per_hour);
        const wanted = buckets.map(bucket => countOf(bucket, at));
        const taken = await counts.take(wanted);
        const quotas = (givenBack) => quotasOf(buckets, taken.held, givenBack, at);
        if (!taken.counted) {
            const logged = { reason: 'too_many_guesses', user: 'userId' in guesser ? guesser.userId : null };
            throw refuseFull(wanted, taken.held, at, { quotas: quotas(0), logged });
        }
        note(wanted, 1);
        try {
            const result = await test();
            taken.giveBack();
            return { result, quotas: quotas(1) };
        }
        catch (error) {
            const isWrong = error instanceof Refusal && wrong.has(error.code);
            if (!isWrong)
                taken.giveBack();
            else if (guesser.kind === 'owner') {
                const { userId: user, deviceId: device } = guesser;
                log.info({ reason: 'wrong_password', user, device }, 'a signed-in user typed a wrong password');
            }
            throw error instanceof Refusal
                ? new Refusal(error.code, { ...error.details, quotas: quotas(isWrong ? 0 : 1) })
                : error;
        }
        finally {
            note(wanted, -1);
        }
    }
    function countOf({ of, limit }, at) {
        const { number, endsAt } = windowOf(at);
        const mark = createHmac('sha256', key).update(JSON.stringify(of)).digest('base64url').slice(0, 22);
        return { key: `${number}:${mark}`, limit, endsAt };
    }
    function refuseFull(wanted, held, at, details) {
        const full = wanted.filter(({ limit }, index) => held[index] >= limit);
        const waits = full.map(one => (underTest.has(one.key) ? soon : secondsUntil(one.endsAt, at)));
        return refuse('too_many_guesses', { ...details, retryAfter: Math.max(...waits) });
    }
    function note(wanted, more) {
        for (const { key } of wanted) {
            const count = (underTest.get(key) ?? 0) + more;
            if (count > 0)
                underTest.set(key, count);
            else
                underTest.delete(key);
        }
    }
    return { count, counts, shared };
}
/** What is told is what the caller did itself, until a bucket is full: then the next request would tell it anyway. */
function quotasOf(buckets, held, givenBack, at) {
    const resetsIn = secondsUntil(windowOf(at).endsAt, at);
    const left = buckets.map(({ limit }, index) => Math.max(0, limit - held[index] + givenBack));
    return buckets.flatMap(({ name, limit, told }, index) => {
        if (!told)
            return [];
        const isFull = buckets.some((other, of) => other.name === name && left[of] === 0);
        return [{ name, limit, window: guessWindow, remaining: isFull ? 0 : left[index], resetsIn }];
    });
}
function secondsUntil(end, at) {
    return Math.max(1, Math.ceil((end - at) / 1000));
}
//# sourceMappingURL=guesses.js.map