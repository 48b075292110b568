// Detects statements that bypass the open transaction of their own call chain.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { TransactionGuard } from '../../server/storage/transaction-guard.js'

const inTransaction = new AsyncLocalStorage<object>()

export const guarded: TransactionGuard = {
  run: (database, work) => inTransaction.run(database, work),
  isInside: database => inTransaction.getStore() === database,
}
