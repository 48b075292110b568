// The refresh token grant (RFC 6749 §6). Its scope and resource narrow the access token, never the session.
import type { Rotate } from '../../../tokens/rotate.js'
import { originOf } from '../../handler.js'
import { tokenAnswer } from '../token-answer.js'
import { type Grant, grant } from './grant.js'
import { grantParameters } from './parameters.js'

export type RefreshTokenDeps = { rotate: Rotate; now: () => number }

export function createRefreshTokenGrant({ rotate, now }: RefreshTokenDeps): Grant {
  return grant({
    grantType: 'refresh_token',
    parameters: grantParameters.refresh_token,
    async handle({ refresh_token, scope, resource }, ctx) {
      const { application, proof } = ctx.state
      const asked = { scope, resource }
      return tokenAnswer(await rotate.rotate(refresh_token, application!.id, originOf(ctx), asked, proof), now())
    },
  })
}
