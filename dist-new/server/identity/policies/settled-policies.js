/** A sign-in that began before a version may be written a little after it; ms. */
const slack = 3_600_000;
/** Brings eras to their end: a version for new sessions only is for all once no session of before is left. */
export function createSettledPolicies({ database, policyVersionStore, sessionSurveyStore, revocationStore, accessLifetime, now, }) {
    return {
        async settle() {
            for (const { version, createdAt } of await policyVersionStore.unsettled(database)) {
                // A newer one spares all that this one spares.
                if (await sessionSurveyStore.anyOlderPolicy(database, version, createdAt + slack))
                    return;
                await database.transaction(async (tx) => {
                    await revocationStore.lockHead(tx);
                    if (!(await policyVersionStore.settle(tx, version, now())))
                        return;
                    // A session that came too late to be seen gets no longer token than the log reckons with (tokens/issue.ts).
                    await accessLifetime.write(tx);
                    await revocationStore.raiseVersion(tx, 'policy');
                });
            }
        },
    };
}
//# sourceMappingURL=settled-policies.js.map