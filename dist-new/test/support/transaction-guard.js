import { AsyncLocalStorage } from 'node:async_hooks';
const inTransaction = new AsyncLocalStorage();
export const guarded = {
    run: (database, work) => inTransaction.run(database, work),
    isInside: database => inTransaction.getStore() === database,
};
//# sourceMappingURL=transaction-guard.js.map