import { usesSecret } from '../../policy/application-defaults.js';
import { refuse, refuseField } from '../../protocol/errors.js';
import { problem } from '../../protocol/problems.js';
/** As long as anybody needs to bring a new secret to all their servers; in seconds. */
export const longestOverlap = 30 * 86_400;
export function createApplicationSecretChanges(deps) {
    const { applicationStore, applicationSecrets, applicationList, applicationRights, changes, now } = deps;
    return {
        /**
         * A new one; the one before stays good for the overlap, one before that ends at once.
         * @returns the secret, which nobody can read again
         * @throws not_found, permission_denied, invalid_fields where it proves itself by none
         */
        async rotate(id, { overlapSeconds }, actor) {
            if (!Number.isInteger(overlapSeconds) || overlapSeconds < 0 || overlapSeconds > longestOverlap)
                throw refuseField('overlap', 'not_whole_between', { min: 0, max: longestOverlap });
            return changes.run(actor, async (tx, { record, note }) => {
                const { metadata } = await applicationRights.lockOther(tx, id, actor);
                if (!usesSecret(metadata))
                    throw refuseField('client_secret', 'secret_unused');
                await record('secret_rotated', { subject: id });
                note({ action: 'secret_rotated', subject: id, after: { overlap: overlapSeconds } });
                return applicationSecrets.add(tx, id, overlapSeconds * 1000);
            });
        },
        /**
         * One that a file has, in place of all that there are; the transaction may do more, and has locked the application.
         * @returns whether it was another one until now
         */
        async takeIn(tx, { record, note }, id, secret) {
            if (await applicationSecrets.holds(tx, id, secret))
                return false;
            await record('secret_rotated', { subject: id });
            note({ action: 'secret_rotated', subject: id, after: { overlap: 0 } });
            await applicationSecrets.add(tx, id, 0, secret);
            return true;
        },
        /** Those that are good now, the newest first; by their last characters. @throws not_found */
        async list(id) {
            await applicationList.require(id);
            return applicationSecrets.list(id);
        },
        /** At once, before its overlap is over: whoever has it gets nothing by it any more. @throws not_found, permission_denied, invalid_fields */
        end: (id, secretId, actor) => changes.run(actor, async (tx, { record, note }) => {
            await applicationRights.lockOther(tx, id, actor);
            const live = await applicationStore.liveSecrets(tx, id, now());
            const found = live.find(one => one.id === secretId);
            if (!found)
                throw refuse('not_found', { problem: problem('unknown_secret') });
            await record('secret_rotated', { subject: id });
            note({ action: 'secret_ended', subject: id, before: { secret_end: found.hint } });
            await applicationSecrets.expire(tx, id, secretId);
        }),
    };
}
//# sourceMappingURL=application-secret-changes.js.map