import { version } from './version.js';
const usualLength = 256 * 1_024;
export function createRequests({ url, fetch }) {
    const open = new Set();
    let closed = false;
    function start() {
        if (closed)
            throw new Error('the verifier was closed');
        const controller = new AbortController();
        open.add(controller);
        return controller;
    }
    function begin(path, { method = 'GET', headers, body }, signal) {
        return fetch(url + path, {
            method,
            headers: { 'User-Agent': `darvoza-verifier/${version}`, ...headers },
            ...(body !== undefined && { body }),
            redirect: 'error',
            signal,
        });
    }
    return {
        /** @throws whatever kept the answer from coming whole and in time */
        async send(path, sent) {
            const controller = start();
            const timer = setTimeout(() => controller.abort(new Error('no answer in time')), sent.timeout);
            try {
                const response = await begin(path, sent, controller.signal);
                const text = await readText(response, sent.longest ?? usualLength);
                return { status: response.status, headers: response.headers, text };
            }
            finally {
                clearTimeout(timer);
                open.delete(controller);
            }
        },
        /**
         * Reads an answer that does not end.
         * @param read is handed the controller: whoever reads gives up by it
         */
        async follow(path, sent, read) {
            const controller = start();
            const timer = setTimeout(() => controller.abort(new Error('no answer in time')), sent.timeout);
            try {
                const response = await begin(path, sent, controller.signal);
                clearTimeout(timer);
                return await read(response, controller);
            }
            finally {
                clearTimeout(timer);
                // Whatever was not read of it is not waited for.
                controller.abort();
                open.delete(controller);
            }
        },
        close() {
            closed = true;
            for (const controller of open)
                controller.abort(new Error('the verifier was closed'));
        },
    };
}
export async function readText(response, longest) {
    if (response.body === null)
        return '';
    const decoder = new TextDecoder('utf-8', { fatal: true });
    let text = '';
    let length = 0;
    for await (const chunk of response.body) {
        length += chunk.length;
        if (length > longest)
            throw new Error('the answer is too long');
        text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
}
//# sourceMappingURL=requests.js.map