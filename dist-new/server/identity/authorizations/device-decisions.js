import { grantTypesOf, scopeWords } from '../../policy/application-metadata.js';
import { wordsIn } from '../../policy/consent.js';
import { deviceGrantType } from '../../policy/device-request.js';
import { Refusal, refuseField } from '../../protocol/errors.js';
import { userCodeIn } from '../../protocol/user-code.js';
import { publicApplication } from '../applications/public-application.js';
import { nameDevice } from '../devices/device-name.js';
import { byBrowser } from './deciding.js';
export function createDeviceDecisions(deps) {
    const { database, deviceCodeStore, deciding, changes, applications, tail, guesses, codeQuota, count, now } = deps;
    async function lookUp(typed, userId) {
        const userCode = userCodeIn(typed);
        await tail.freshen();
        const row = userCode === null ? null : await deviceCodeStore.findByUserCode(database, userCode);
        const held = row && isOpenTo(row, userId) ? await applications.meet(row.applicationId) : undefined;
        if (!row || !held?.active || !grantTypesOf(held.metadata).includes(deviceGrantType))
            throw unknownCode();
        const { scope, resources, address, userAgent, createdAt, decision } = row;
        const program = userAgent === '' ? '' : nameDevice(userAgent).name;
        const asked = { scope: scopeWords(scope), resources };
        return {
            userCode: row.userCode,
            application: publicApplication(held),
            ...asked,
            address,
            program,
            createdAt,
            decision,
        };
    }
    /** It waits, or this person has decided about it just now. */
    function isOpenTo(row, userId) {
        return row.expiresAt > now() && (row.decision === null || row.userId === userId);
    }
    /** What the person was shown, and no other that has its code by now. @throws invalid_fields */
    async function requireSame(tx, found, userId) {
        const row = await deviceCodeStore.lockByUserCode(tx, found.userCode);
        if (!row || row.createdAt !== found.createdAt || !isOpenTo(row, userId))
            throw unknownCode();
        return row;
    }
    /**
     * @returns whether it was decided now: where the button was hit twice what holds is said once more
     * @throws invalid_fields: the person has decided otherwise in another tab, or it is over
     */
    async function write(tx, { hash, decision }, by, scope) {
        if (decision === by.decision)
            return false;
        if (!(await deviceCodeStore.decide(tx, hash, by, scope)))
            throw unknownCode();
        return true;
    }
    return {
        /**
         * Which program waits for a code.
         * @param typed as the person has typed it
         * @throws invalid_fields (`user_code`), too_many_guesses, database_unavailable
         */
        async find(typed, browser, { address }) {
            const userId = browser.user.id;
            try {
                return (await guesses.count({ kind: 'userCode', userId, address }, () => lookUp(typed, userId))).result;
            }
            catch (error) {
                if (error instanceof Refusal && error.status < 500)
                    count('wrong_user_codes');
                throw error;
            }
        },
        /**
         * Lets it in: what was agreed to is remembered, and the program is told when it asks next.
         * @param found what the person was shown
         * @param consented its scopes, as they were shown
         * @throws as `Deciding.decide` does; invalid_fields (`user_code`: it is over, or somebody has decided otherwise),
         *   too_many_codes; nothing was written then
         */
        async approve(found, consented, browser, actor) {
            const { scope, resources, application } = found;
            const userId = browser.user.id;
            await codeQuota(String(userId));
            await changes.run(byBrowser(actor, browser), async (tx, change) => {
                let row = null;
                const asked = { applicationId: application.id, scope, resources };
                const lockIt = async () => {
                    row = await requireSame(tx, found, userId);
                };
                const { standing, granted, authenticatedAt } = await deciding.decide(tx, change, browser, asked, consented, lockIt);
                const { id: browserSid, seq } = standing.session;
                const by = { decision: 'approved', decidedAt: now(), userId, browserSid, seq, authenticatedAt };
                if (!(await write(tx, row, by, wordsIn(granted).join(' '))))
                    return;
                // First-party applications have no entry of a consent; a phished code is found by this one (RFC 8628 §5.4).
                const after = { application: application.id, scope: wordsIn(granted), asked_from: found.address };
                change.note({ action: 'device_approved', subject: String(userId), after });
            });
        },
        /** Sends the program away. @throws invalid_fields (`user_code`) */
        async deny(found, { user: { id: userId }, session }) {
            await database.transaction(async (tx) => {
                const row = await requireSame(tx, found, userId);
                const of = { decidedAt: now(), userId, browserSid: session.id, seq: null, authenticatedAt: null };
                await write(tx, row, { decision: 'denied', ...of }, row.scope);
            });
        },
    };
}
const unknownCode = () => refuseField('user_code', 'user_code_unknown');
//# sourceMappingURL=device-decisions.js.map