// Knows in whose transaction a caller is, so that a statement beside that transaction is refused: it would wait for it, or run
// outside it. That can only be our own mistake, and to know it slows every promise, so tests bring a guard and servers none.
export const unguarded = { run: (_, work) => work(), isInside: () => false };
//# sourceMappingURL=transaction-guard.js.map