// What failed at Redis, in one word and in a sentence. Never a value: the library's own errors carry commands and their keys.
/** Redis answered, and will not do this one thing. */
const refusals = new Set(['OOM', 'READONLY', 'MISCONF', 'NOPERM', 'WRONGTYPE', 'NOREPLICAS']);
const inWords = {
    WRONGPASS: 'Redis refuses the user name or the password',
    NOAUTH: 'Redis asks for a password, and none is set',
    NOPERM: 'the ACL of Redis does not let this user',
    OOM: 'Redis is full',
    READONLY: 'this Redis is a read-only replica',
    MISCONF: 'Redis cannot save to its disk and takes no writes',
    LOADING: 'Redis is loading its data',
    CLUSTERDOWN: 'the cluster is down',
    PROTOCOL: 'what answers is no Redis, or answers wrongly',
    TIMEOUT: 'Redis did not answer in time',
    ETIMEDOUT: 'Redis did not answer in time',
    ECONNREFUSED: 'nobody listens at the address of Redis',
    ECONNRESET: 'Redis closed the connection',
    ENOTFOUND: 'the host of Redis has no address',
    CLOSED: 'the connection to Redis was closed',
    AWAY: 'Redis does not answer',
};
/** An error code of Redis or of the system, and what it kept us from. */
export class RedisFailure extends Error {
    constructor(code, doing = null) {
        super(`Redis: ${code}`);
        this.code = code;
        this.doing = doing;
        this.name = 'RedisFailure';
    }
    static from(thrown, doing = null) {
        if (thrown instanceof RedisFailure)
            return doing === null ? thrown : new RedisFailure(thrown.code, doing);
        // A cluster says that no node can be used, and beside it why the last one could not.
        const error = thrown.lastNodeError ?? thrown;
        if (error instanceof RedisFailure)
            return RedisFailure.from(error, doing);
        const { code, message = '' } = error;
        if (typeof code === 'string')
            return new RedisFailure(code, doing);
        if (/timed? ?out/i.test(message))
            return new RedisFailure('TIMEOUT', doing);
        return new RedisFailure(/\b[A-Z]{3,}\b/.exec(message)?.[0] ?? 'CLOSED', doing);
    }
    get isRefusal() {
        return refusals.has(this.code);
    }
    /** For a log line, and for whoever asks how we are. */
    get reason() {
        const words = inWords[this.code] ?? 'Redis failed';
        if (this.doing === null)
            return `${this.code}: ${words}`;
        return this.code === 'NOPERM' ? `${this.code}: ${words} ${this.doing}` : `${this.code}: ${words} (to ${this.doing})`;
    }
}
//# sourceMappingURL=redis-failure.js.map