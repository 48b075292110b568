import { nameOf } from '../../policy/actor.js';
import { only, readVersions } from '../../policy/policy-version.js';
/** Writes versions of the policy, one after the other. */
export function createPolicyWriting(deps) {
    const { policyVersionStore, auditStore, revocationStore, accessLifetime, rights, changes, now } = deps;
    /**
     * In a transaction that may do more, and locks nothing afterwards but the heads of the logs.
     * @param make the version to follow those in use, or a refusal; nothing has changed then
     * @throws permission_denied, and what `make` throws
     */
    async function writeIn(tx, { record, note }, actor, reason, make) {
        // First, so that two changes at once follow each other; both heads, in their order.
        await auditStore.lockHead(tx);
        await revocationStore.lockHead(tx);
        await rights.require(tx, actor, new Set(['darvoza:policies:write']));
        const inUse = readVersions(await policyVersionStore.inUse(tx));
        const { next } = await make(tx, inUse);
        const { version, policy, changed, apply, undoes } = next;
        const written = {
            version,
            policy: JSON.stringify(policy),
            changed: JSON.stringify(changed),
            apply,
            undoes,
            actor: nameOf(actor),
            reason: reason.slice(0, 255),
            createdAt: now(),
            settledAt: null,
        };
        await policyVersionStore.insert(tx, written);
        await accessLifetime.write(tx);
        await revocationStore.raiseVersion(tx, 'policy');
        if (apply === 'now')
            await record('policy_changed', { subject: '' });
        note({
            action: 'policy_changed',
            subject: String(version),
            before: only(inUse.at(-1).policy, changed),
            after: { ...only(policy, changed), apply, reason: written.reason, ...(undoes !== null && { undoes }) },
        });
        return written;
    }
    return {
        writeIn,
        /** @throws like `writeIn` */
        write: (actor, reason, make) => changes.run(actor, (tx, change) => writeIn(tx, change, actor, reason, make)),
    };
}
//# sourceMappingURL=policy-writing.js.map