// What the client fails with. Nothing that it says holds a token, a password or a body.
export class ClientError extends Error {
    constructor(code, message, { cause, ...details } = {}) {
        super(message, cause === undefined ? {} : { cause });
        this.code = code;
        this.name = 'ClientError';
        this.status = details.status;
        this.retryAfter = details.retryAfter;
        this.reason = details.reason;
        this.fields = details.fields;
    }
    /** It may pass: the same call later can succeed, and the session is as it was. */
    get temporary() {
        return this.code === 'unreachable';
    }
}
//# sourceMappingURL=client-error.js.map