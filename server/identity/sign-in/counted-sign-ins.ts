// A decorator of the sign-in module that increments the counters `sign_ins` and `failed_sign_ins` of the dashboard
// (policy/figures.ts).
import { errors, Refusal } from '../../protocol/errors.js'
import type { Count } from '../../tokens/counters.js'
import type { SignIn } from './sign-in.js'

/** Counts sign-ins, and failed ones, for the figures. */
export function countSignIns(signIn: SignIn, count: Count): SignIn {
  return {
    ...signIn,
    async signIn(...asked) {
      try {
        const signedIn = await signIn.signIn(...asked)
        count('sign_ins')
        return signedIn
      } catch (error) {
        if (error instanceof Refusal && isFailed(error)) count('failed_sign_ins')
        throw error
      }
    },
  }
}

/** Whether a wrong password or the rate limit failed the sign-in, and not an overloaded server. */
function isFailed({ code }: Refusal): boolean {
  const { status }: { status: number } = errors[code]
  return status === 401 || status === 429
}
