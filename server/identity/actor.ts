/** Who does something, as the log, lists and incidents write it: `user:7`, `operator:root` (the command line), `system`. */
export type Actor = `user:${string}` | `operator:${string}` | 'system'

/** Where a request comes from. */
export type Origin = { address: string; userAgent: string; requestId: string }
