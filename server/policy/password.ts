/** Longest password that is hashed, in characters: more is no password but a load. */
export const longestPassword = 4_096

export type PasswordRules = { minLength: number; isCommon: (password: string) => boolean }

/** Why a text cannot be a new password, one sentence per reason; empty when it can. Nothing is trimmed. */
export function whyNotPassword(password: string, personal: string[], rules: PasswordRules): string[] {
  const problems: string[] = []
  if ([...password].length < rules.minLength) {
    problems.push(`This password is too short. It must contain at least ${rules.minLength} characters.`)
  }
  if (password.length > longestPassword) {
    problems.push(`Ensure this field has no more than ${longestPassword} characters.`)
  }
  if (/^\d+$/.test(password)) problems.push('This password is entirely numeric.')
  const folded = password.toLowerCase()
  if (personal.some(word => word.length >= 4 && folded.includes(word.toLowerCase()))) {
    problems.push('The password is too similar to the username.')
  }
  if (rules.isCommon(folded)) problems.push('This password is too common.')
  return problems
}

/** No letter or digit that is easily taken for another, by the eye or on the telephone: 32 of them, five bits each. */
const legible = 'abcdefghijkmnpqrstuvwxyz23456789'
const groupSize = 4
const fewestGroups = 4

/** A password to be given to somebody, in groups that can be read out: 80 bits, or more where more characters are demanded. */
export function makePassword(minLength: number, random: (size: number) => Buffer): string {
  const groups = Math.max(fewestGroups, Math.ceil((minLength + 1) / (groupSize + 1)))
  const letters = [...random(groups * groupSize)].map(byte => legible[byte % legible.length])
  return Array.from({ length: groups }, (_, index) =>
    letters.slice(index * groupSize, (index + 1) * groupSize).join(''),
  ).join('-')
}
