// Senders that are applications: they authenticate in the Authorization header or in the form.
import type { ApplicationAuthentication } from '../../identity/applications/application-authentication.js'
import { authenticationMethodOf } from '../../policy/application-metadata.js'
import { refuse } from '../../protocol/errors.js'
import type { Step } from '../handler.js'
import type { Form } from '../middleware/body-types.js'

export function createCallingApplication({ authenticate }: ApplicationAuthentication) {
  return {
    /** Authenticates the application, after the body is read, and sets `state.application`. */
    prove({ confidential }: { confidential?: true }): Step {
      return async (ctx, next) => {
        const form = (ctx.request.body ?? {}) as Form
        const { address } = ctx.state
        const application = await authenticate({ authorization: ctx.get('Authorization'), form, address })
        if (confidential && authenticationMethodOf(application) === 'none') throw refuse('invalid_client')
        ctx.state.application = application
        await next()
      }
    },
  }
}

export type CallingApplication = ReturnType<typeof createCallingApplication>
