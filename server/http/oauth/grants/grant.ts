// What a grant is (RFC 6749 §1.3, §4.5): a row of the table that the token endpoint is made from. A new grant is a file here
// with its row, that row in the table, its parameters (parameters.ts), and its test.
import type { Context } from '../../handler.js'
import type { FormRules, ParametersOf } from '../form-rules.js'
import type { TokenAnswer } from '../token-answer.js'

export type Grant<R extends FormRules = FormRules> = {
  /** `grant_type` on the wire. */
  grantType: string
  /** What it takes beside `grant_type` and what its application is known by. */
  parameters: R
  /**
   * Where `state.proof` has come, what it gives is bound to that key, and it spends the proof last before it changes anything.
   * @throws invalid_grant, and what else refuses it
   */
  handle(parameters: ParametersOf<R>, ctx: Context): Promise<TokenAnswer>
}

/** Writes a row: the rules say what the handler is given. */
export function grant<const R extends FormRules>(row: Grant<R>): Grant {
  return row as unknown as Grant
}
