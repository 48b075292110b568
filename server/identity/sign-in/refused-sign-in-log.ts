// A decorator of the sign-in module: one log line for each refusal with a status below 500, with error code, reason,
// user id, IP address and request id.
import { Refusal } from '../../protocol/errors.js'
import type { SignIn } from './sign-in.js'

type Log = { info(details: object, message: string): void }

/** Logs each refused sign-in, without the user name that was typed: it may be a password. */
export function logRefusedSignIns(signIn: SignIn, log: Log): SignIn {
  return {
    ...signIn,
    async signIn(credentials, applicationId, origin, grant) {
      try {
        return await signIn.signIn(credentials, applicationId, origin, grant)
      } catch (error) {
        // An outage is logged once, not for each failed request.
        if (error instanceof Refusal && error.status < 500) {
          const { reason = error.code, user = null } = error.details.logged ?? {}
          const { address, requestId } = origin
          log.info({ code: error.code, reason, user, address, requestId }, 'a sign-in was refused')
        }
        throw error
      }
    },
  }
}
