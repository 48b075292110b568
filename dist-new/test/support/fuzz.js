// Sends what is wrong to one endpoint, and insists on what every answer of OAuth's has in common.
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { hostilePairs, markup } from './hostile-parameters.js';
import { sendRaw } from './raw.js';
/** So many requests at once: a server has more than one at a time. */
const width = 8;
const form = 'application/x-www-form-urlencoded';
/** @param registered the places to which a browser may be sent */
export function aDoor(server, door, registered) {
    const { method, path, good, headers = {}, wire, answers } = door;
    const others = (name) => {
        const pairs = Object.entries(good).filter(([other]) => other !== name);
        return String(new URLSearchParams(pairs));
    };
    function ask(query, body, more = {}) {
        const all = { Host: 'localhost', ...headers, ...more };
        if (body)
            all['Content-Length'] = String(body.length);
        const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
        return sendRaw(server, [`${method} ${path}${query} HTTP/1.1`, ...lines], body ?? '');
    }
    async function askWith(pairs) {
        if (method === 'GET')
            return ask(`?${pairs}`, null);
        return ask('', Buffer.from(pairs, 'latin1'), { 'Content-Type': form });
    }
    async function inTurns(items, one) {
        for (let from = 0; from < items.length; from += width)
            await Promise.all(items.slice(from, from + width).map(one));
    }
    function judge(what, answer) {
        const told = `${method} ${path}, ${what}: ${answer.status} ${answer.text.slice(0, 300)}`;
        expect(answer.status, told).to.be.below(500);
        expect(answer.headers, told).to.not.have.property('x-evil');
        requireRegistered(answer.headers.location, registered, told);
        const type = answer.headers['content-type'] ?? '';
        if (type.startsWith('text/html'))
            requireHarmlessPage(answer.text, registered, told);
        if (wire === 'oauth' && answer.text !== '')
            expect(type, told).to.match(/^application\/json/);
        if (type.startsWith('application/json') && answer.status >= 400)
            requireHarmlessRefusal(answer.text, told);
        if (answers !== undefined && answer.status === 200)
            expect(answer.text, told).to.include(answers);
    }
    return {
        /** One parameter, wrong in all these ways, beside others that are right. */
        send: (name, hostile) => inTurns(hostile.filter(({ isLong }) => method === 'POST' || !isLong), async ({ what, pairs }) => judge(`${name}: ${what}`, await askWith(`${others(name)}&${pairs}`))),
        /** Bodies of other types, and other bodies of this one. */
        async sendBodies() {
            if (method === 'GET')
                return;
            const text = String(new URLSearchParams(good));
            const json = JSON.stringify(good);
            const bytes = (body, encoding = 'utf8') => new Uint8Array(Buffer.from(body, encoding));
            const bodies = [
                [null, bytes(text)],
                ['', bytes(text)],
                ['text/plain', bytes(text)],
                ['application/json', bytes(json)],
                ['application/json', bytes(`{"__proto__":{"client_id":"shop"},"constructor":{"prototype":${json}}}`)],
                [
                    'multipart/form-data; boundary=b',
                    bytes('--b\r\nContent-Disposition: form-data; name="code"\r\n\r\na\r\n--b--'),
                ],
                ['multipart/form-data', bytes(text)],
                [`${form}; charset=utf-16le`, bytes(text, 'utf16le')],
                [form, bytes(text, 'utf16le')],
                [`${form}; charset=utf-7`, bytes(text)],
                [`${form}, text/plain`, bytes(text)],
                [`<script>alert(1)</script>`, bytes(text)],
                [form, bytes('')],
                [form, bytes('&&&===&=&%')],
                [form, new Uint8Array(gzipSync(text)), { 'Content-Encoding': 'gzip' }],
                [form, new Uint8Array(gzipSync('a'.repeat(10_000_000))), { 'Content-Encoding': 'gzip' }],
                [form, bytes(text), { 'Content-Encoding': 'of nobody' }],
            ];
            await inTurns(bodies, async ([type, body, more]) => judge(`a body of ${type}`, await ask('', body, { ...(type !== null && { 'Content-Type': type }), ...more })));
        },
        /** A header that is wrong in all ways in which a parameter is, where a line can hold it. */
        async sendHeaders(name, beginnings, trap) {
            const values = hostilePairs('a', 'a:b', trap)
                .filter(({ isLong }) => !isLong)
                .map(({ pairs }) => pairs.slice(2));
            const encoded = values.map(value => Buffer.from(decoded(value)).toString('base64'));
            const lines = beginnings.flatMap(beginning => [...values, ...encoded].map(value => beginning + value));
            await inTurns(lines, async (line) => {
                const body = method === 'GET' ? null : Buffer.from(String(new URLSearchParams(good)));
                judge(`${name}: ${line}`, await ask('', body, { 'Content-Type': form, [name]: line }));
            });
        },
    };
}
function decoded(value) {
    return value.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}
/** Of us, or one that is registered, to its last byte. */
function requireRegistered(location, registered, told) {
    if (location === undefined || /^\/(?![/\\])/.test(location))
        return;
    const [place] = location.split(/[?#]/);
    expect(registered, `${told}\nleads to ${location}`).to.include(place);
}
function requireHarmlessPage(text, registered, told) {
    expect(text, told).to.not.include(markup);
    expect(text, told).to.not.match(/<script>alert|<img src=x/);
    expect(text, told).to.not.include('\0');
    for (const [, address = ''] of text.matchAll(/\s(?:href|action|src)="([^"]*)"/g)) {
        const isOurs = /^(\/(?![/\\])|#|\?|$)/.test(address);
        const isThere = registered.some(place => address.startsWith(place) && /^([?#]|$)/.test(address.slice(place.length)));
        expect(isOurs || isThere, `${told}\nhas ${address}`).to.equal(true);
    }
}
/** RFC 6749 §5.2: the words, and a description of some of ASCII, in which nothing of the request comes back. */
function requireHarmlessRefusal(text, told) {
    const { error, error_description: description = '' } = JSON.parse(text);
    expect(error, told).to.match(/^[a-z_]+$/);
    expect(description, told).to.match(/^[ -!#-[\]-~]*$/);
    expect(text, told).to.not.match(/evil|alert\(|onerror|__proto__|</);
}
//# sourceMappingURL=fuzz.js.map