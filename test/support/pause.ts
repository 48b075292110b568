/** A breakpoint in code: holds the first caller that reaches it until it is released; others pass. */
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
    /** Called at the place in the code. */
    async here(): Promise<void> {
      if (!armed) return
      armed = false
      arrive()
      await held
    },
    /** Activates the breakpoint: earlier callers, such as another sign-in, are not held. */
    arm(): void {
      armed = true
    },
    /** Resolves once a caller is held. */
    reached,
    letGo: () => letGo(),
  }
}
