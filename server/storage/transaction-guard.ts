// Finds out whether a caller is inside a transaction, so that statements outside of it are refused: they would wait for it (a
// self-deadlock), or run outside it. That can only be a mistake in the code, and the tracking slows every promise, so tests bring
// a guard and servers none.

export type TransactionGuard = {
  run<T>(database: object, work: () => Promise<T>): Promise<T>
  isInside(database: object): boolean
}

export const unguarded: TransactionGuard = { run: (_, work) => work(), isInside: () => false }
