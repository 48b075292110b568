// A grant (RFC 6749 §1.3, §4.5) is a row of the table that the token endpoint is made from. A new grant is a file here
// with its row, that row in the table, its parameters (parameters.ts), and its test.
import type { Context } from '../../handler.js'
import type { FormRules, ParametersOf } from '../form-rules.js'
import type { TokenAnswer } from '../token-answer.js'

export type Grant<R extends FormRules = FormRules> = {
  /** `grant_type` on the wire. */
  grantType: string
  /** Form parameters, beside `grant_type` and those that authenticate the application. */
  parameters: R
  /**
   * Handles a token request. If `state.proof` is set, the tokens are bound to its key; the proof is spent as the last
   * step before any change.
   * @throws invalid_grant, and other refusals
   */
  handle(parameters: ParametersOf<R>, ctx: Context): Promise<TokenAnswer>
}

/** Makes a row of the table: the rules give the handler's parameters their types. */
export function grant<const R extends FormRules>(row: Grant<R>): Grant {
  return row as unknown as Grant
}
