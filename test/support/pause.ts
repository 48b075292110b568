/** A breakpoint in the code: holds the first caller that reaches it until it is released; the others pass. */
export function aPause() {
  let letGo = () => {}
  let arrive = () => {}
  const held = new Promise<void>(resolve => {
    letGo = resolve
  })
  const reached = new Promise<void>(resolve => {
    arrive = resolve
  })
  let armed = false
  return {
    /** The place in the code. */
    async here(): Promise<void> {
      if (!armed) return
      armed = false
      arrive()
      await held
    },
    /** From now on: what comes before it, such as another sign-in, is not held. */
    arm(): void {
      armed = true
    },
    /** Resolves once somebody is held. */
    reached,
    letGo: () => letGo(),
  }
}
