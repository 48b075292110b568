import { refuse } from '../protocol/errors.js';
import { PolicyMoved } from './credential.js';
/** How often one begins again because the policy changed under it. */
const tries = 5;
export function createJudgedTransactions({ database, credentials, tail, applications }) {
    return {
        /**
         * @param subjects whom and what `work` will lock; they are locked together with the actor, in one order
         * @throws what Credentials.judge throws, and what `work` throws; database_unavailable
         */
        async run(actor, work, subjects = {}) {
            // The policy comes with the first read of the log's head, and the key of the audit log's chain.
            if (!tail.isFresh())
                await tail.freshen();
            for (let attempt = 1; attempt <= tries; attempt++) {
                try {
                    return await database.transaction(async (tx) => {
                        const requireStill = await credentials.judge(tx, actor, subjects);
                        return work(tx, requireStill ?? (async () => { }));
                    });
                }
                catch (error) {
                    if (!(error instanceof PolicyMoved))
                        throw error;
                    if (error.outdated.length > 0)
                        await applications.load(error.outdated);
                    await tail.readNow();
                }
            }
            throw refuse('database_unavailable', { retryAfter: 1 });
        },
    };
}
//# sourceMappingURL=judged-transactions.js.map