// What keeps the tables small and the clocks honest, in small batches so that nobody waits for it.
import { setImmediate } from 'node:timers/promises';
const batch = 500;
/** How long a code that is over can still be told from one that never was; ms. */
const codesKept = 86_400_000;
/** How long a verifier that is not seen any more stays listed; ms. */
const verifiersKept = 30 * 86_400_000;
export function createHousekeeping(deps) {
    const { database, heartbeatStore, revocationStore, sessionStore, deviceStore, codeStore, deviceCodeStore, apiKeyStore, verifierStore, auditTrail, deliveryWriting, sweeping, sending, projection, policy, highWater, now, } = deps;
    /** Whoever is told of ends learns of these too: nobody else tells an application that a session it holds has run out. */
    async function markExpired(expired) {
        if (expired.length === 0)
            return;
        await database.transaction(async (tx) => {
            const ids = await sweeping.leaveOut(tx, expired);
            if (ids.length === 0)
                return;
            const at = now();
            if ((await sessionStore.markExpired(tx, at, ids)) === 0)
                return;
            // Also those that somebody else has marked meanwhile: each end is told once.
            await deliveryWriting.ofSessions(tx, ids);
        });
    }
    return {
        /** Tells the database that somebody serves; a gap between two beats is an outage (policy/rotation.ts). */
        async beat() {
            // Nobody is served then: whoever comes back to a database that was only late had no answer meanwhile.
            if (!highWater.wentBack)
                await heartbeatStore.beat(database, now());
        },
        async forgetRevocations() {
            await projection.forget(now());
            await inBatches(() => revocationStore.forgetExpired(database, now(), batch));
        },
        async tidySessions() {
            let after = null;
            do {
                const looked = await sessionStore.findExpired(database, now(), {
                    after,
                    limit: batch,
                });
                after = looked.next;
                await markExpired(looked.expired);
                await setImmediate();
            } while (after !== null);
            const before = now() - policy().ended_session_retention * 1000;
            await inBatches(() => sessionStore.forgetEnded(database, before, batch));
            let seen = null;
            do {
                const scanned = await deviceStore.forgetUnused(database, before, {
                    after: seen,
                    limit: batch,
                });
                seen = scanned.next;
                await setImmediate();
            } while (seen !== null);
        },
        async forgetCodes() {
            await inBatches(() => codeStore.forget(database, now() - codesKept, batch));
            await inBatches(() => deviceCodeStore.forget(database, now() - codesKept, batch));
        },
        async forgetVerifiers() {
            await inBatches(() => verifierStore.forget(database, now() - verifiersKept, batch));
        },
        /** They stay listed for as long as the sessions whose ends they tell. */
        async tidyDeliveries() {
            await sending.tidy(now() - policy().ended_session_retention * 1000);
        },
        /** They stay listed for as long as sessions that are over. */
        async forgetApiKeys() {
            const before = now() - policy().ended_session_retention * 1000;
            await inBatches(() => apiKeyStore.forgetOver(database, before, batch));
        },
        /** The chain goes on from where it was cut. */
        async dropAudit() {
            const before = now() - policy().audit_retention * 1000;
            while (await auditTrail.dropBefore(before))
                await setImmediate();
        },
    };
}
async function inBatches(forget) {
    // SQLite answers without leaving this turn of the event loop: requests come in between.
    while ((await forget()) === batch)
        await setImmediate();
}
//# sourceMappingURL=housekeeping.js.map