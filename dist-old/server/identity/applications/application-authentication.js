// Who calls: an application, which proves to be the one it says by the one method that it is registered with (RFC 6749 §2.3).
// Each method is a row of one table. Whoever is not known, is disabled, tries another method or proves nothing is answered
// alike, after as much work.
import { authenticationMethodOf, authenticationMethods, } from '../../policy/application-metadata.js';
import { readBasicCredentials } from '../../protocol/basic-credentials.js';
import { isApplicationId } from '../../protocol/claims.js';
import { Refusal, refuse } from '../../protocol/errors.js';
import { problem } from '../../protocol/problems.js';
import { publicApplication } from './public-application.js';
/** RFC 7523 §2.2 */
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
export function createApplicationAuthentication(deps) {
    const { applications, applicationSecrets, assertions, guesses, tail, log } = deps;
    /**
     * Only what is wrong is counted: at 32 random bytes nobody guesses, and of an application a hundred servers may ask at
     * once. So the right one is let in however much is tried in its name, also from where it comes.
     */
    async function whyNotBySecret({ application, isKnown }, { id, proof }, { address }) {
        const held = application && (await applicationSecrets.matchesHeld(id, proof));
        if (held?.matches)
            return null;
        const guesser = { kind: 'application', applicationId: application?.id ?? '', address };
        await guesses.count(guesser, async () => {
            // Who is not known was looked for until here, so each has cost one look into the database.
            const matches = isKnown && !held?.isCurrent && (await applicationSecrets.matches(id, proof));
            if (!matches || !application)
                throw refuse('invalid_client', { logged: { reason: 'secret', user: null } });
        });
        return null;
    }
    const methods = {
        client_secret_basic: {
            read({ authorization }) {
                const basic = readBasicCredentials(authorization);
                return basic && { id: basic.id, proof: basic.secret };
            },
            whyNot: whyNotBySecret,
            challenge: 'Basic realm="token"',
        },
        client_secret_post: {
            read({ form }) {
                const proof = only(form, 'client_secret');
                return proof ? { id: only(form, 'client_id') ?? '', proof } : null;
            },
            whyNot: whyNotBySecret,
        },
        private_key_jwt: {
            read({ form }) {
                const [assertion, type] = [only(form, 'client_assertion'), only(form, 'client_assertion_type')];
                if (!assertion && !type)
                    return null;
                if (!assertion || !type)
                    throw refuse('invalid_request', { problem: problem('assertion_incomplete') });
                return { id: type === assertionType ? assertions.subjectOf(assertion) : '', proof: assertion };
            },
            whyNot: async ({ application }, { proof }) => (application ? assertions.whyNot(proof, application) : 'unknown'),
        },
        none: {
            read({ form }) {
                const id = only(form, 'client_id');
                return id ? { id, proof: '' } : null;
            },
            whyNot: async ({ application }) => (application ? null : 'unknown'),
        },
    };
    /** A `client_id` by itself is nothing that proves. */
    function triedIn(shown) {
        const proofs = authenticationMethods.flatMap(method => {
            const attempt = method === 'none' ? null : methods[method].read(shown);
            return attempt ? [{ method, attempt }] : [];
        });
        // RFC 6749 §2.3: never more than one in a request.
        if (proofs.length > 1)
            throw refuse('invalid_request', { problem: problem('proven_twice') });
        if (proofs[0])
            return proofs[0];
        const attempt = methods.none.read(shown);
        if (!attempt)
            throw refuse('invalid_client');
        return { method: 'none', attempt };
    }
    /** As it is now. */
    async function find(id, method) {
        if (!isApplicationId(id))
            return { application: null, isKnown: false };
        if (!tail.isFresh())
            await tail.freshen();
        const known = await applications.meet(id);
        const may = known?.active && authenticationMethodOf(known) === method;
        return { application: may ? known : null, isKnown: known !== undefined };
    }
    return {
        /** @throws invalid_request, invalid_client, too_many_guesses, database_unavailable */
        async authenticate(shown) {
            const { method, attempt } = triedIn(shown);
            const { id } = attempt;
            const named = only(shown.form, 'client_id');
            if (named && id && named !== id)
                throw refuse('invalid_request', { problem: problem('another_client_id') });
            const { whyNot, challenge } = methods[method];
            const headers = challenge ? { 'WWW-Authenticate': challenge } : {};
            const found = await find(id, method);
            const { application } = found;
            try {
                const reason = await whyNot(found, attempt, shown);
                if (reason === null && application)
                    return publicApplication(application);
                throw refuse('invalid_client', { logged: { reason: reason ?? 'unknown', user: null } });
            }
            catch (error) {
                if (!(error instanceof Refusal) || error.code !== 'invalid_client')
                    throw error;
                const { address } = shown;
                const reason = application ? error.details.logged?.reason : 'unknown';
                const details = { method, reason, ...(isApplicationId(id) && { application: id }), address };
                log.info(details, 'an application did not prove to be the one it says');
                throw new Refusal('invalid_client', { ...error.details, headers });
            }
        },
    };
}
/** Without a value it counts as left out (RFC 6749 §3.2). @throws invalid_request where it is there more than once */
function only(form, name) {
    const values = Object.hasOwn(form, name) ? form[name] : [];
    if (values.length > 1)
        throw refuse('invalid_request', { problem: problem('parameter_repeated', { name }) });
    return values[0] || undefined;
}
//# sourceMappingURL=application-authentication.js.map