import { problem } from '../protocol/problems.js';
/** Longest username that an import may keep (Django's own limit). */
export const longestUsername = 150;
/** What makes two usernames one: NFKC → lower case → NFKC, compared in binary. Kept as typed beside it. */
export function usernameKey(username) {
    return username.normalize('NFKC').toLowerCase().normalize('NFKC');
}
/** Why a text cannot be a username; null when it can. */
export function whyNotUsername(username, maxLength) {
    if (username.length === 0)
        return problem('blank');
    if (!/^[\p{L}\p{M}\p{N}@.+\-_]+$/u.test(username))
        return problem('username_characters');
    // The key may be longer than the name, and is what the column has to hold.
    if ([...username].length > maxLength || usernameKey(username).length > longestUsername) {
        return problem('too_long', { count: maxLength });
    }
    return null;
}
//# sourceMappingURL=username.js.map