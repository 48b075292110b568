/** How many of a user's newer sessions a session may live beside. */
export function mostBeside({ max_sessions_per_user, at_session_limit }) {
    return max_sessions_per_user > 0 && at_session_limit === 'end_oldest' ? max_sessions_per_user - 1 : Infinity;
}
/**
 * Whether a session counts by itself. What codes opened counts with the browser session that it came from; only what was
 * granted offline stands alone once that one is over.
 */
export function countsByItself({ browserSid, offline }, browserLives) {
    return browserSid === null || (offline && !browserLives);
}
/**
 * Which sessions are too many, each by its own policy. What is too many itself counts for no other: whichever of them ends
 * first, the others stay what they are, and never more end than must.
 * @param oldestFirst the live sessions of one user
 */
export function overLimit(oldestFirst, policyOf) {
    const { isOverLimit } = countStaying();
    return oldestFirst
        .toReversed()
        .filter(session => isOverLimit(policyOf(session)))
        .reverse();
}
/** The same for who goes through one user's live sessions from the newest on, and need not see all. */
export function countStaying() {
    let stay = 0;
    return {
        /** Is the next one too many? If not it stays, and counts. */
        isOverLimit(policy) {
            const isOver = isCrowdedFor(policy);
            if (!isOver)
                stay++;
            return isOver;
        },
        isCrowdedFor,
    };
    /** Would any older one under this policy be too many? */
    function isCrowdedFor(policy) {
        return stay > mostBeside(policy);
    }
}
//# sourceMappingURL=session-limit.js.map