/** What a browser sends with a form of the page's own site. */
const ownSite = { 'Sec-Fetch-Site': 'same-origin' };
export function aVisitor(server, userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Firefox/132.0') {
    const cookies = new Map();
    /** Every Set-Cookie line, as it came. */
    const setCookies = [];
    /** One request; a redirect is not followed. */
    async function send(method, path, { form, headers } = {}) {
        const response = await fetch(server.url + path, {
            method,
            redirect: 'manual',
            headers: {
                'User-Agent': userAgent,
                'Accept-Language': 'en',
                ...(cookies.size > 0 && { Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
                ...headers,
            },
            body: form ? new URLSearchParams(form) : null,
        });
        for (const line of response.headers.getSetCookie()) {
            setCookies.push(line);
            const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
            if (/max-age=0/i.test(line))
                cookies.delete(name);
            else
                cookies.set(name, value);
        }
        return { status: response.status, path, text: await response.text(), headers: response.headers };
    }
    /** A page, wherever it leads. */
    async function open(path) {
        let seen = await send('GET', path);
        for (let hops = 0; hops < 5 && seen.status === 303; hops++)
            seen = await send('GET', localOf(seen));
        return seen;
    }
    /** The hidden token of the form on a page that is sent to `action`. */
    function tokenOn(page, action) {
        const form = [...page.text.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)]
            .map(match => match[0])
            .find(text => new RegExp(`<form[^>]* action="${action.replace(/[?.]/g, '\\$&')}"`).test(text));
        const token = /name="_token" value="([^"]+)"/.exec(form ?? '')?.[1];
        if (!token)
            throw new Error(`no form for ${action} on ${page.path}:\n${page.text.slice(0, 2_000)}`);
        return token;
    }
    return {
        cookies,
        setCookies,
        send,
        open,
        tokenOn,
        /** Sends the form that stands on the page `on`; the answer is not followed. */
        async submit(action, fields, on) {
            const page = await open(on);
            return send('POST', action, { form: { _token: tokenOn(page, action), ...fields }, headers: ownSite });
        },
        /** Signs in and insists that it works; answers the redirect. */
        async signIn(user, next) {
            const { username, password } = user;
            const answer = await this.submit('/login', { username, password, ...(next !== undefined && { next }) }, '/login');
            if (answer.status !== 303)
                throw new Error(`sign-in answered ${answer.status}`);
            return answer;
        },
    };
}
/** Where a redirect leads; insists that it is on this server. */
export function localOf({ headers }) {
    const location = headers.get('location') ?? '';
    if (!/^\/(?![/\\])/.test(location))
        throw new Error(`a redirect to ${location}`);
    return location;
}
//# sourceMappingURL=visitor.js.map