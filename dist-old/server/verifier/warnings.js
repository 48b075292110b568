// What a verifier fails with where nobody listens to its errors: a warning of the process, once for each kind of failure. A wrong
// secret would otherwise be seen by nothing but answers of 503.
/** Distinct ones; what is wrong is seen from the first. */
const most = 10;
/** @param name of the verifier */
export function createWarnings(name) {
    const told = new Set();
    return {
        tell(error) {
            const text = withCauses(error);
            if (told.has(text) || told.size >= most)
                return;
            told.add(text);
            process.emitWarning(`${name}: ${text}; it is tried again. Listen to 'error' to hear of each.`, {
                type: 'VerifierWarning',
            });
        },
    };
}
function withCauses({ message, cause }) {
    return cause instanceof Error ? `${message}: ${withCauses(cause)}` : message;
}
//# sourceMappingURL=warnings.js.map