export class PlainContext {
    #status;
    #isStatusSet;
    #body;
    constructor(req, res) {
        this.req = req;
        this.res = res;
        this.state = {};
        this.request = { body: undefined };
        this.params = {};
        this.querystring = '';
        /** By lower-case names, in the order in which they were set first. */
        this.headers = new Map();
        this.#status = 404;
        this.#isStatusSet = false;
    }
    get method() {
        return this.req.method;
    }
    /** The fast path takes no address with a query. */
    get path() {
        return this.req.url;
    }
    /** Nor any request with a condition. */
    get fresh() {
        return false;
    }
    get(name) {
        return this.req.headers[lowerCase(name)] ?? '';
    }
    set(field, value) {
        if (typeof field !== 'string')
            for (const [name, one] of Object.entries(field))
                this.set(name, one);
        else
            this.headers.set(lowerCase(field), [field, String(value)]);
    }
    remove(name) {
        this.headers.delete(name.toLowerCase());
    }
    vary(field) {
        const [, before] = this.headers.get('vary') ?? [];
        if (before === undefined)
            this.set('Vary', field);
        else if (!before.toLowerCase().split(/ *, */).includes(field.toLowerCase()))
            this.set('Vary', `${before}, ${field}`);
    }
    get type() {
        return (this.headers.get('content-type')?.[1] ?? '').split(';', 1)[0].trim();
    }
    set type(type) {
        this.set('Content-Type', type === 'application/json' ? 'application/json; charset=utf-8' : type);
    }
    get status() {
        return this.#status;
    }
    set status(status) {
        this.#status = status;
        this.#isStatusSet = true;
    }
    get body() {
        return this.#body;
    }
    /** An object, JSON as text, or null for nothing. */
    set body(body) {
        this.#body = body;
        if (body === null) {
            this.status = 204;
            this.remove('Content-Type');
            return;
        }
        if (!this.#isStatusSet)
            this.status = 200;
        if (!this.headers.has('content-type'))
            this.type = 'application/json';
    }
    /** Sends what was said. */
    respond() {
        const { res } = this;
        if (!(res.socket?.writable ?? true)) {
            res.end();
            return;
        }
        const text = this.#body === null ? '' : typeof this.#body === 'string' ? this.#body : JSON.stringify(this.#body);
        const lines = [];
        for (const [name, value] of this.headers.values())
            lines.push(name, value);
        lines.push('Content-Length', String(Buffer.byteLength(text)));
        res.writeHead(this.#status, lines);
        res.end(text);
    }
}
/** Names of headers that the program has, which are few. */
const known = new Map();
function lowerCase(name) {
    const found = known.get(name);
    if (found !== undefined)
        return found;
    const lower = name.toLowerCase();
    known.set(name, lower);
    return lower;
}
//# sourceMappingURL=plain-context.js.map