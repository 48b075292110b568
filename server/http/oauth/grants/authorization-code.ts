// RFC 6749 §4.1.3: a code is exchanged for the tokens of a session.
import type { Codes } from '../../../identity/authorizations/codes.js'
import { originOf } from '../../handler.js'
import { tokenAnswer } from '../token-answer.js'
import { type Grant, grant } from './grant.js'
import { grantParameters } from './parameters.js'

export type AuthorizationCodeDeps = { codes: Codes; now: () => number }

export function createAuthorizationCodeGrant({ codes, now }: AuthorizationCodeDeps): Grant {
  return grant({
    grantType: 'authorization_code',
    parameters: grantParameters.authorization_code,
    async handle({ code, redirect_uri, code_verifier, scope, resource }, ctx) {
      const { proof } = ctx.state
      const terms = { redirectUri: redirect_uri, verifier: code_verifier, asked: { scope, resource }, proof }
      return tokenAnswer(await codes.redeem(code, ctx.state.application!.id, terms, originOf(ctx)), now())
    },
  })
}
