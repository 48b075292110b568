// Detects whether a caller is inside a transaction, so that statements on the database itself are refused there: they
// would wait for it (a self-deadlock), or run outside it. That can only be a bug, and the tracking slows every promise,
// so tests pass a guard and servers none.

export type TransactionGuard = {
  run<T>(database: object, work: () => Promise<T>): Promise<T>
  isInside(database: object): boolean
}

export const unguarded: TransactionGuard = { run: (_, work) => work(), isInside: () => false }
