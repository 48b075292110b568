import type { Introspect } from '../../tokens/introspect.js'
import type { Context } from '../handler.js'
import type { Form } from '../middleware/body-types.js'
import { readParameters } from './grants/grant.js'

/** RFC 7662 §2.1. The hint is none that anybody needs: a token says of which kind it is. */
export const introspectionParameters = { token: { required: true }, token_type_hint: {} } as const

export function createIntrospectionHandler({ introspect }: { introspect: Introspect }) {
  return {
    async introspect(ctx: Context): Promise<void> {
      const { token } = readParameters((ctx.request.body ?? {}) as Form, introspectionParameters)
      ctx.body = await introspect(token, ctx.state.application!)
    },
  }
}
