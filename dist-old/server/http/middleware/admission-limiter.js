/** How many are let in at a time. */
const perTurn = 4;
/**
 * Lets the requests that pass through it in a few per turn of the event loop, in the order of arrival: when hundreds come at
 * the same moment, whatever else has come is served between them. Alone, nobody waits.
 */
export function createAdmissionLimiter() {
    const waiting = [];
    function turn() {
        for (const letIn of waiting.splice(0, perTurn))
            letIn();
        if (waiting.length > 0)
            setImmediate(turn);
    }
    return async (_, next) => {
        await new Promise(resolve => {
            if (waiting.push(resolve) === 1)
                setImmediate(turn);
        });
        await next();
    };
}
//# sourceMappingURL=admission-limiter.js.map