import { Refusal } from '../../protocol/errors.js';
/** A line for each sign-in that is refused. The name that was typed stands in none: it may be a password. */
export function logRefusedSignIns(signIn, log) {
    return {
        ...signIn,
        async signIn(credentials, applicationId, origin, grant) {
            try {
                return await signIn.signIn(credentials, applicationId, origin, grant);
            }
            catch (error) {
                // An outage is told once, not by everybody whom it meets.
                if (error instanceof Refusal && error.status < 500) {
                    const { reason = error.code, user = null } = error.details.logged ?? {};
                    const { address, requestId } = origin;
                    log.info({ code: error.code, reason, user, address, requestId }, 'a sign-in was refused');
                }
                throw error;
            }
        },
    };
}
//# sourceMappingURL=sign-in-lines.js.map