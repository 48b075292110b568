// Rules of usernames: permitted characters, maximum length, and the normalized key (Unicode NFKC, lower case) by
// which a username is unique.
import { type Problem, problem } from '../protocol/problems.js'

/** Longest username that an import may keep (Django's own limit). */
export const longestUsername = 150

/** Unique key of a username: NFKC → lower case → NFKC, compared in binary. The name is stored as typed beside it. */
export function usernameKey(username: string): string {
  return username.normalize('NFKC').toLowerCase().normalize('NFKC')
}

/** Why a text cannot be a username; null when it can. */
export function whyNotUsername(username: string, maxLength: number): Problem | null {
  if (username.length === 0) return problem('blank')
  if (!/^[\p{L}\p{M}\p{N}@.+\-_]+$/u.test(username)) return problem('username_characters')
  // The key may be longer than the name, and must fit the column.
  if ([...username].length > maxLength || usernameKey(username).length > longestUsername) {
    return problem('too_long', { count: maxLength })
  }
  return null
}
