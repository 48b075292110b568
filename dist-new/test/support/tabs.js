// Many tabs of one page, each with a `darvoza/client` of its own and one store for all: as objects of this process that know
// nothing of each other, or as pages of a real browser that load the built client.
import { readFileSync } from 'node:fs';
import { createClient, memoryStore } from '../../server/client/client.js';
const apiPath = '/api/me/';
const name = 'tabs';
/** Without a lock and, beside the hints, without knowing of each other: the hardest case. */
export function tabsInNode(count, url) {
    const store = memoryStore();
    let ahead = 0;
    const clocks = { monotonic: () => performance.now() + ahead, wall: () => Date.now() + ahead };
    const clients = Array.from({ length: count }, () => createClient({ issuer: url, store, name, lock: null, clocks }));
    const tabs = clients.map((client) => {
        const ends = [];
        client.on('signed_out', ({ reason }) => ends.push(reason));
        return {
            signIn: async ({ username, password }) => void (await client.signIn(username, password)),
            signOut: async () => void (await client.signOut()),
            call: () => client.fetch(url + apiPath).then(async (answer) => {
                await answer.body?.cancel();
                return answer.status;
            }, error => error.code ?? String(error)),
            signedOut: async () => ends,
            held: async () => refreshIn(await store.read(name)),
        };
    });
    return {
        tabs,
        async advance(ms) {
            ahead += ms;
        },
        async close() {
            for (const client of clients)
                client.close();
        },
    };
}
const refreshIn = (text) => (text === null ? null : JSON.parse(text).refresh);
const built = new URL('../../server/client/', import.meta.url);
const page = `<!doctype html>
<title>Tab</title>
<script type="module">
  import { createClient, webStore } from '/client/client.js'
  let ahead = 0
  const clocks = { monotonic: () => performance.now() + ahead, wall: () => Date.now() + ahead }
  const client = createClient({ issuer: location.origin, store: webStore(() => localStorage), name: '${name}', clocks })
  const ends = []
  client.on('signed_out', ({ reason }) => ends.push(reason))
  Object.assign(globalThis, { client, ends, advance: ms => { ahead += ms },
    call: () => client.fetch('${apiPath}').then(answer => answer.text().then(() => answer.status), error => error.code ?? String(error)) })
</script>`;
/** What a gateway serves for such tabs: the page, and the files of the client as they were built. */
export function servesTabs(incoming, answer) {
    const path = incoming.url ?? '/';
    const file = /^\/client\/([a-z-]+\.js)$/.exec(path)?.[1];
    if (file === undefined && path !== '/')
        return false;
    answer.setHeader('Content-Type', file ? 'text/javascript' : 'text/html');
    answer.end(file ? readFileSync(new URL(file, built)) : page);
    return true;
}
export async function tabsInBrowser(count, url, context) {
    const pages = [];
    for (let index = 0; index < count; index++) {
        const opened = await context.newPage();
        await opened.goto(url);
        await opened.waitForFunction('globalThis.client');
        pages.push(opened);
    }
    const tabs = pages.map((opened) => ({
        signIn: ({ username, password }) => opened.evaluate(`client.signIn(${JSON.stringify(username)}, ${JSON.stringify(password)}).then(() => undefined)`),
        signOut: () => opened.evaluate('client.signOut().then(() => undefined)'),
        call: () => opened.evaluate('call()'),
        signedOut: () => opened.evaluate('ends'),
        held: async () => refreshIn(await opened.evaluate(`localStorage.getItem('${name}')`)),
    }));
    return {
        pages,
        tabs,
        async advance(ms) {
            await Promise.all(pages.map(opened => opened.evaluate(`advance(${ms})`)));
        },
        close: () => context.close(),
    };
}
//# sourceMappingURL=tabs.js.map