// A client as simplejwt's documentation has it ("Getting started", "Blacklist app"): each of its requests, made by curl as it
// stands there, but for the address. It knows nothing of what is behind that.
import { execFile } from 'node:child_process';
/** @param base where both its token server and its API are */
export function aSimpleJwtClient(base) {
    /** The pair it keeps: it stores a new refresh token where an answer has one. */
    let kept = { access: '', refresh: '' };
    const curl = (...args) => new Promise((resolve, reject) => {
        const format = '\n%{http_code} %header{www-authenticate}';
        execFile('curl', ['--silent', '--show-error', '--write-out', format, ...args], (error, stdout) => {
            if (error)
                return reject(error);
            const end = stdout.lastIndexOf('\n');
            const [, status, challenge] = /^(\d+) (.*)$/.exec(stdout.slice(end + 1)) ?? [];
            const text = stdout.slice(0, end);
            resolve({ status: Number(status), body: JSON.parse(text || 'null'), challenge: challenge || null });
        });
    });
    const post = (path, body) => curl('-X', 'POST', '-H', 'Content-Type: application/json', '-d', JSON.stringify(body), `${base}${path}`);
    async function refresh(token = kept.refresh) {
        const answer = await post('/api/token/refresh/', { refresh: token });
        if (answer.status === 200)
            kept = { ...kept, ...answer.body };
        return answer;
    }
    return {
        kept: () => kept,
        curl,
        post,
        refresh,
        async obtain(username, password) {
            const answer = await post('/api/token/', { username, password });
            if (answer.status === 200) {
                const { access, refresh } = answer.body;
                kept = { access, refresh };
            }
            return answer;
        },
        verify: (token) => post('/api/token/verify/', { token }),
        blacklist: (token = kept.refresh) => post('/api/token/blacklist/', { refresh: token }),
        hello: (token = kept.access) => curl('-H', `Authorization: Bearer ${token}`, `${base}/api/hello/`),
        /** What an app does all day: it asks, refreshes where it is refused, and asks again. */
        async helloOrRefresh() {
            const answer = await this.hello();
            if (answer.status !== 401)
                return answer;
            const refreshed = await refresh();
            return refreshed.status === 200 ? this.hello() : refreshed;
        },
    };
}
//# sourceMappingURL=simplejwt-client.js.map