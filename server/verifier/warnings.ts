// Process warnings for a verifier's errors where no listener is attached: one for each kind of failure. A wrong secret
// would otherwise show only in 503 responses.

/** Limit of distinct warnings; the first ones show what is wrong. */
const most = 10

/** @param name of the verifier */
export function createWarnings(name: string) {
  const warned = new Set<string>()

  return {
    warn(error: Error): void {
      const text = withCauses(error)
      if (warned.has(text) || warned.size >= most) return
      warned.add(text)
      process.emitWarning(`${name}: ${text}; it is tried again. Listen to 'error' to hear of each.`, {
        type: 'VerifierWarning',
      })
    },
  }
}

function withCauses({ message, cause }: Error): string {
  return cause instanceof Error ? `${message}: ${withCauses(cause)}` : message
}
