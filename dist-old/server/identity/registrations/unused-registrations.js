// Applications that have registered themselves and that nobody uses do not stay: whoever floods has only filled some weeks.
import { setImmediate } from 'node:timers/promises';
/** ms */
const unusedKept = 30 * 86_400_000;
const batch = 100;
export function createUnusedRegistrations(deps) {
    const { database, initialAccessTokenStore, registeredApplicationStore, applicationWriting, policy, changes, now } = deps;
    /** @returns how many */
    async function forgetSome() {
        const found = await registeredApplicationStore.unused(database, now() - unusedKept, batch);
        if (found.length === 0)
            return 0;
        return changes.run('system', async (tx, { note }) => {
            const gone = await applicationWriting.forgetUnused(tx, found.map(one => one.id));
            for (const subject of gone)
                note({ action: 'application_forgotten', subject });
            return gone.length;
        });
    }
    return {
        async forget() {
            while ((await forgetSome()) > 0)
                await setImmediate();
            // They stay listed for as long as sessions that are over.
            const before = now() - policy().ended_session_retention * 1000;
            while ((await initialAccessTokenStore.forgetOver(database, before, batch)) === batch)
                await setImmediate();
        },
    };
}
//# sourceMappingURL=unused-registrations.js.map