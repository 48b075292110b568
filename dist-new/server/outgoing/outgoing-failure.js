/** Why another server could not be called, or did not answer. `code` is for the log. */
export class OutgoingFailure extends Error {
    constructor(reason, cause) {
        const detail = cause?.code;
        super(`an outgoing request failed: ${reason}${typeof detail === 'string' ? ` (${detail})` : ''}`, { cause });
        this.reason = reason;
        this.name = 'OutgoingFailure';
        this.code = `OUTGOING_${reason}`;
    }
}
//# sourceMappingURL=outgoing-failure.js.map