/** Longest username that an import may keep (Django's own limit). */
export const longestUsername = 150

/** What makes two usernames one: NFKC → lower case → NFKC, compared in binary. Kept as typed beside it. */
export function usernameKey(username: string): string {
  return username.normalize('NFKC').toLowerCase().normalize('NFKC')
}

/** Why a text cannot be a username, in words for a person; null when it can. */
export function whyNotUsername(username: string, maxLength: number): string | null {
  if (username.length === 0) return 'This field may not be blank.'
  if (!/^[\p{L}\p{M}\p{N}@.+\-_]+$/u.test(username)) {
    return 'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.'
  }
  // The key may be longer than the name, and is what the column has to hold.
  if ([...username].length > maxLength || usernameKey(username).length > longestUsername) {
    return `Ensure this field has no more than ${maxLength} characters.`
  }
  return null
}
