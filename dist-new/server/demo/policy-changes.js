import { demoActor } from './history.js';
/** @returns what the audit log will tell of it */
export function writePolicyChanges(deps, { idle, longer, firstUser }) {
    if (longer.idle === idle)
        return Promise.resolve([]);
    const { database, auditStore, revocationStore, policyVersionStore } = deps;
    return database.transaction(async (tx) => {
        // In the order in which identity/policies/policies.ts locks them.
        await auditStore.lockHead(tx);
        await revocationStore.lockHead(tx);
        const latest = (await policyVersionStore.latest(tx));
        // Versions stand in the order of time: those that nobody made were there before everybody, and behind a change of
        // somebody's own none of before can be written any more.
        await policyVersionStore.antedate(tx, firstUser);
        if ((await policyVersionStore.latest(tx)).createdAt > longer.from)
            return [];
        const now = JSON.parse(latest.policy);
        const changes = [
            { at: longer.from, before: idle, after: longer.idle, reason: 'People on the road were signed out too often' },
            { at: longer.upto, before: longer.idle, after: idle, reason: 'Back to what the auditors ask for' },
        ];
        const changed = JSON.stringify(['refresh_token_lifetime']);
        const asSet = { changed, apply: 'refresh', undoes: null, settledAt: null };
        const events = [];
        for (const [index, { at, before, after, reason }] of changes.entries()) {
            const version = latest.version + 1 + index;
            const policy = index === 0 ? JSON.stringify({ ...now, refresh_token_lifetime: after / 1000 }) : latest.policy;
            await policyVersionStore.insert(tx, { version, policy, actor: demoActor, reason, createdAt: at, ...asSet });
            const told = {
                before: { refresh_token_lifetime: before / 1000 },
                after: { refresh_token_lifetime: after / 1000 },
            };
            const who = { actor: demoActor, address: '', userAgent: '', subject: String(version) };
            events.push({ at, action: 'policy_changed', user: null, more: { ...who, ...told } });
        }
        await revocationStore.raiseVersion(tx, 'policy');
        return events;
    });
}
//# sourceMappingURL=policy-changes.js.map