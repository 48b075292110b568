// Applies the password rules (policy/password.ts) with their data: a list of common passwords (@zxcvbn-ts) and the
// table of confusable characters (UTS #39).
import { createRequire } from 'node:module'
import skeleton from 'unhomoglyph'
import { whyNotPassword } from '../../policy/password.js'
import { refuseFields } from '../../protocol/errors.js'

let common: ReadonlySet<string> | null = null

/**
 * Whether a password is among the 49,000 most common ones; the list is loaded when the first password is set, not at
 * every start.
 */
function isCommon(password: string): boolean {
  if (!common) {
    const { dictionary } = createRequire(import.meta.url)('@zxcvbn-ts/language-common') as {
      dictionary: { 'passwords-common': string[] }
    }
    common = new Set(dictionary['passwords-common'])
  }
  return common.has(password)
}

/**
 * Refuses a new password that is too weak.
 * @param field the field of the request that holds it
 * @throws invalid_fields
 */
export function requireGoodPassword(password: string, personal: string[], minLength: number, field: string): void {
  const problems = whyNotPassword(password, personal, { minLength, isCommon, skeleton })
  if (problems.length > 0) throw refuseFields({ [field]: problems })
}
