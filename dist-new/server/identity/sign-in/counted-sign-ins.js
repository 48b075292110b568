import { errors, Refusal } from '../../protocol/errors.js';
/** Tells the figures who came in, and who did not because of what they typed. */
export function countSignIns(signIn, count) {
    return {
        ...signIn,
        async signIn(...asked) {
            try {
                const signedIn = await signIn.signIn(...asked);
                count('sign_ins');
                return signedIn;
            }
            catch (error) {
                if (error instanceof Refusal && isFailed(error))
                    count('failed_sign_ins');
                throw error;
            }
        },
    };
}
/** A wrong password, or one guess too many; not a server that is busy. */
function isFailed({ code }) {
    const { status } = errors[code];
    return status === 401 || status === 429;
}
//# sourceMappingURL=counted-sign-ins.js.map