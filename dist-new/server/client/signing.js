import { ClientError } from './client-error.js';
import { whileLocked } from './lock.js';
import { tokensIn } from './tokens.js';
/** Passwords are hashed on purpose slowly, and wait for their turn; in ms. */
const signInPatience = 30_000;
/** For another tab's refresh, in ms: its late answer must not come to stand over a new session. */
const lockPatience = 1_000;
const attempts = 3;
export function createSigning({ ask, wire, kept, store, lock, name, patience, set, signedOut }) {
    const deviceName = `${name} device`;
    return {
        /**
         * @throws ClientError with the server's code: `no_active_account` (wrong name or password), `too_many_guesses`
         *   with `retryAfter`, `invalid_fields` with `fields`; or `unreachable`
         */
        async signIn(username, password) {
            if (!wire.signIn)
                throw new TypeError('signIn: an application gets its tokens by a code; see setTokens');
            const answer = await ask(wire.signIn(username, password, await deviceToken()), signInPatience);
            if (answer.is !== 'answered')
                throw refused(answer);
            const { body } = answer;
            const tokens = tokensIn(body, answer.askedAt);
            if (tokens === null)
                throw new ClientError('unexpected_answer', 'the sign-in was answered in an unknown form');
            await whileLocked(lock, name, lockPatience, () => set(tokens));
            if (typeof body.device_token === 'string')
                await keepDeviceToken(body.device_token);
            return {
                userId: Number(body.user_id),
                username: String(body.username ?? ''),
                firstName: String(body.first_name ?? ''),
                lastName: String(body.last_name ?? ''),
                mustChangePassword: body.must_change_password === true,
            };
        },
        async redeem(code, parameters) {
            if (!wire.redeem)
                throw new TypeError('redeem: the built-in application has no codes; see signIn');
            const answer = await ask(wire.redeem(code, parameters), patience);
            if (answer.is === 'lost')
                throw new ClientError('unreachable', 'the code was not redeemed', {
                    status: answer.status,
                    cause: answer.cause,
                });
            if (answer.is === 'refused') {
                const code = typeof answer.body.error === 'string' ? answer.body.error : 'unexpected_answer';
                throw new ClientError(code, 'the code was refused', { status: answer.status });
            }
            const tokens = tokensIn(answer.body, answer.askedAt);
            if (tokens === null)
                throw new ClientError('unexpected_answer', 'the code was answered in an unknown form');
            await whileLocked(lock, name, lockPatience, () => set(tokens));
        },
        /**
         * Signs out here at once, and then tells the server, whether or not it can be reached.
         * @returns whether the server has ended the session; otherwise it lives there until its time is over
         */
        async signOut() {
            const tokens = await kept.read();
            if (tokens === null)
                return true;
            await kept.set(null);
            signedOut('signed_out');
            const message = wire.signOut(tokens);
            if (message === null)
                return false;
            for (let attempt = 0; attempt < attempts; attempt++) {
                const answer = await ask(message, patience / attempts);
                if (answer.is === 'answered')
                    return true;
                if (answer.is === 'refused')
                    return wire.overBy(answer) !== null;
            }
            return false;
        },
    };
    /** It proves this device at the next sign-in, so that guesses of others do not lock it out; it opens nothing. */
    async function deviceToken() {
        try {
            return await store.read(deviceName);
        }
        catch {
            return null;
        }
    }
    async function keepDeviceToken(token) {
        try {
            await store.write(deviceName, token);
        }
        catch {
            // The next sign-in will be one from a new device.
        }
    }
}
function refused(answer) {
    const { status, retryAfter } = answer;
    if (answer.is === 'lost') {
        // It counts guesses: that the server said so is certain.
        const code = status === 429 ? 'too_many_guesses' : 'unreachable';
        return new ClientError(code, 'the sign-in was not answered', { status, retryAfter, cause: answer.cause });
    }
    const { code, detail, ...fields } = answer.body;
    if (typeof detail === 'string')
        return new ClientError(typeof code === 'string' ? code : codeByStatus(status), detail, { status, retryAfter });
    const known = status === 400 && Object.keys(fields).length > 0;
    return known
        ? new ClientError('invalid_fields', 'some fields are missing or wrong', {
            status,
            fields: fields,
        })
        : new ClientError('unexpected_answer', `the sign-in was answered ${status} in an unknown form`, { status });
}
/** simplejwt's own refusal of a wrong password has no code. */
const codeByStatus = (status) => (status === 401 ? 'no_active_account' : 'unexpected_answer');
//# sourceMappingURL=signing.js.map