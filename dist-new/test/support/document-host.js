// Where applications describe themselves: a host with https and a name, on this machine, and a server that knows the way.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { anAuthority, textOf } from './certificates.js';
import { sqlite } from './engines.js';
import { aServer, testSettings } from './server.js';
/** The certificate is for this name; whatever a server resolves it to. */
const name = 'tool.example';
export async function aDocumentHost() {
    const authority = anAuthority('for documents');
    const { cert, key } = authority.sign(name);
    const answers = new Map();
    const asked = [];
    const listener = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
        asked.push(request.url);
        const answer = answers.get(request.url) ?? { status: 404 };
        if (typeof answer === 'function')
            return answer(request, response);
        const { status = 200, headers = {}, body = '' } = answer;
        response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
        response.end(typeof body === 'string' || body instanceof Buffer ? body : JSON.stringify(body));
    });
    await new Promise(resolve => listener.listen(0, '127.0.0.1', resolve));
    const host = `${name}:${listener.address().port}`;
    const origin = `https://${host}`;
    return {
        host,
        origin,
        ca: textOf(authority.ca),
        answers,
        asked,
        publish(path, document = {}, headers = {}) {
            const client_id = `${origin}${path}`;
            const body = { client_id, client_name: 'Tool', redirect_uris: ['http://127.0.0.1/callback'], ...document };
            answers.set(path, { body, headers });
            return client_id;
        },
        close() {
            listener.closeAllConnections();
            listener.close();
        },
    };
}
/** A server that resolves every name to this machine, and may call the names that are given there. */
export async function aServerThatFetches({ host, ca }, policy = {}, { mayCall = [name], ...options } = {}) {
    const settings = { ...testSettings(await sqlite.migrated()), outgoingAllow: { hosts: mayCall, networks: [] } };
    const outgoing = { ca, resolve: async () => [{ address: '127.0.0.1', family: 4 }] };
    const server = await aServer({ settings, ...options, ports: { outgoing, ...options.ports } });
    await server.setPolicy({
        client_id_metadata_documents: 'listed_hosts',
        client_id_metadata_document_hosts: host,
        ...policy,
    });
    return server;
}
//# sourceMappingURL=document-host.js.map