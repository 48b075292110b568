// The pushed authorization request endpoint (RFC 9126 §2): an application sends its authorization request ahead, and a
// browser later brings a reference to it. The application is authenticated before, as at the token endpoint.
import { z } from 'zod'
import type { AuthorizationRequests } from '../../identity/authorizations/authorization-requests.js'
import type { NetworkThrottle } from '../../identity/authorizations/network-throttle.js'
import type { PushedRequests } from '../../identity/authorizations/pushed-requests.js'
import { authenticationMethodOf, isUnreviewed } from '../../policy/application-metadata.js'
import type { AuthorizationParameters } from '../../policy/authorization-rules.js'
import { refuse } from '../../protocol/errors.js'
import type { Context } from '../handler.js'
import { clientKind } from '../kinds/client.js'
import type { Form } from '../middleware/body-types.js'
import type { ShownProofs } from '../shown-proofs.js'
import { withValues } from './authorization-parameters.js'

/** The response of RFC 9126 §2.2. */
export const pushedAnswer = z.object({
  request_uri: z.string().describe('The value to send with `client_id` to the authorization endpoint; valid once.'),
  expires_in: z.number().int().describe('Seconds for which the authorization endpoint accepts it.'),
})

export type PushedRequestDeps = {
  authorizationRequests: AuthorizationRequests
  pushedRequests: PushedRequests
  networkThrottle: NetworkThrottle
  shownProofs: ShownProofs
}

export function createPushedRequestHandler(deps: PushedRequestDeps) {
  const { authorizationRequests, pushedRequests, networkThrottle, shownProofs } = deps
  return {
    async push(ctx: Context): Promise<void> {
      const application = ctx.state.application!
      // Anybody can send a public client's id, or register a client: both are rate-limited by network.
      if (authenticationMethodOf(application) === 'none' || isUnreviewed(application))
        networkThrottle.admit('push', ctx.state.address)
      const asked = askedIn((ctx.request.body ?? {}) as Form, application.id)
      if ('request_uri' in asked) throw refuse('invalid_request', { detail: reference })
      const proof = await shownProofs.of(ctx)
      const bound = proof ? boundTo(proof.jkt, asked) : asked
      const { request } = await authorizationRequests.checkPushed(bound, ctx.state.address)
      await proof?.spend()
      const { requestUri, expiresIn } = await pushedRequests.keep(request)
      ctx.set('Cache-Control', 'no-store')
      ctx.status = 201
      ctx.body = { request_uri: requestUri, expires_in: expiresIn }
    },
  }
}

/**
 * Binds the request to the key of its DPoP proof; RFC 9449 §10.1: as `dpop_jkt` would.
 * @throws invalid_request: the two name different keys
 */
function boundTo(jkt: string, asked: AuthorizationParameters): AuthorizationParameters {
  if (asked.dpop_jkt?.some(named => named !== jkt)) throw refuse('invalid_request', { detail: twoKeys })
  return { dpop_jkt: [jkt], ...asked }
}

const twoKeys = 'The parameter dpop_jkt names another key than the one that made the DPoP proof.'

/** RFC 9126 §2.1, step 2: request_uri is refused. */
const reference = 'The parameter request_uri cannot be pushed.'

/** The form's authorization parameters, without client authentication; client_id may be in the header only. */
function askedIn(form: Form, applicationId: string): AuthorizationParameters {
  const asked = Object.entries(form).filter(([name]) => !Object.hasOwn(clientKind.form!, name))
  return withValues(Object.fromEntries([...asked, ['client_id', [applicationId]]]))
}
