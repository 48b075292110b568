// Rules of new passwords (NIST SP 800-63B §5.1.1.2), and the generator of passwords that an administrator gives a
// user. The list of common passwords is an argument.
import { type Problem, problem } from '../protocol/problems.js'

/** Longest password that is hashed, in characters: a longer one is an attempt to cause load. */
export const longestPassword = 4_096

/** With fewer different characters a password is a repetition, however long (NIST SP 800-63B §5.1.1.2). */
const leastVariety = 4

export type PasswordRules = {
  minLength: number
  isCommon: (password: string) => boolean
  /** A text in which letters that look alike are the same letter (UTS #39 §4: the skeleton). */
  skeleton: (text: string) => string
}

/** Reasons why a text cannot be a new password; empty when it can. Nothing is trimmed. */
export function whyNotPassword(password: string, personal: string[], rules: PasswordRules): Problem[] {
  const found: Problem[] = []
  if ([...password].length < rules.minLength) {
    found.push(problem('password_too_short', { count: rules.minLength }))
  }
  if (password.length > longestPassword) found.push(problem('too_long', { count: longestPassword }))
  if (/^\p{Nd}+$/u.test(password)) found.push(problem('password_numeric'))
  if (new Set(password).size < leastVariety) found.push(problem('password_repetitive'))
  if (personal.some(word => word.length >= 4 && holds(password, word, rules.skeleton))) {
    found.push(problem('password_similar'))
  }
  const plain = password.normalize('NFKC').toLowerCase()
  if ([plain, rules.skeleton(plain)].some(rules.isCommon)) found.push(problem('password_common'))
  return found
}

/**
 * Whether a password contains a word, in any case: some letters look alike only as capitals, such as the Cyrillic and
 * the Latin M.
 */
function holds(password: string, word: string, skeleton: PasswordRules['skeleton']): boolean {
  const shape = (text: string) =>
    skeleton(text.normalize('NFKD').replace(/[\p{M}\p{Default_Ignorable_Code_Point}\s]/gu, ''))
  return [(text: string) => text.toLowerCase(), (text: string) => text.toUpperCase()].some(cased =>
    shape(cased(password)).includes(shape(cased(word))),
  )
}

/** Characters without letters or digits that are easily confused, read or heard: 32 of them, five bits each. */
const legible = 'abcdefghijkmnpqrstuvwxyz23456789'
const groupSize = 4
const fewestGroups = 4

/**
 * A password to hand over to a user, in groups that can be read out: 80 bits, or more where more characters are
 * required.
 */
export function makePassword(minLength: number, random: (size: number) => Buffer): string {
  const groups = Math.max(fewestGroups, Math.ceil((minLength + 1) / (groupSize + 1)))
  const letters = [...random(groups * groupSize)].map(byte => legible[byte % legible.length])
  return Array.from({ length: groups }, (_, index) =>
    letters.slice(index * groupSize, (index + 1) * groupSize).join(''),
  ).join('-')
}
