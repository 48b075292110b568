// The token endpoint (RFC 6749 §3.2): finds the grant, and reads its parameters by its row of the table. The
// application is authenticated before (kinds/calling-application.ts).
import { grantTypesOf } from '../../policy/application-metadata.js'
import { refuse } from '../../protocol/errors.js'
import type { Context, Handler } from '../handler.js'
import type { Form } from '../middleware/body-types.js'
import type { ShownProofs } from '../shown-proofs.js'
import { readForm, requireParameter } from './form-rules.js'
import type { Grant } from './grants/grant.js'

export type TokenEndpointDeps = {
  /** The table of grants. */
  grants: readonly Grant[]
  shownProofs: ShownProofs
}

export function createTokenEndpoint({ grants, shownProofs }: TokenEndpointDeps): Handler {
  const byType = new Map(grants.map((grant): [string, Grant] => [grant.grantType, grant]))
  if (byType.size < grants.length) throw new Error('two grants have the same type')

  return async (ctx: Context) => {
    const form = (ctx.request.body ?? {}) as Form
    const grant = byType.get(requireParameter(form, 'grant_type'))
    if (!grant) throw refuse('unsupported_grant_type')
    const { metadata } = ctx.state.application!
    if (!grantTypesOf(metadata).includes(grant.grantType)) throw refuse('unauthorized_client')
    const proof = await shownProofs.of(ctx)
    // RFC 9449 §5.2: an application registered for bound tokens gets no others.
    if (proof === null && metadata.dpop_bound_access_tokens) throw refuse('invalid_dpop_proof')
    const parameters = readForm(form, grant.parameters)
    const answer = await grant.handle(parameters, ctx)
    // A grant that does not spend the proof would allow a replay, or issue an unbound token.
    if (proof !== null && !(proof.isSpent() && answer.token_type === 'DPoP'))
      throw new Error(`the grant ${grant.grantType} has not used the proof`)
    // RFC 6749 §5.1: responses with tokens are not stored.
    ctx.set('Cache-Control', 'no-store')
    ctx.body = answer
  }
}
