// The document of the API: where it is, that it is one, and that it has every route of programs and no other.
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import { kinds } from '../../server/http/kinds/kinds.js';
import { routes } from '../../server/http/routes.js';
import { aClient } from '../support/client.js';
import { sendRaw } from '../support/raw.js';
import { aServer, issuer } from '../support/server.js';
const table = Object.entries(routes);
const ofPrograms = table.filter(([, { access }]) => kinds[access.kind].presenter !== 'page');
describe('the document of the API', () => {
    it('is for anybody, may be kept for a while, and is not sent twice', async () => {
        const server = await aServer();
        const { status, headers } = await aClient(server).get('/openapi.json');
        expect(status).to.equal(200);
        expect(headers.get('content-type')).to.match(/^application\/json/);
        expect(headers.get('access-control-allow-origin')).to.equal('*');
        expect(headers.get('cache-control')).to.equal('public, max-age=300');
        const again = ['GET /openapi.json HTTP/1.1', 'Host: localhost', `If-None-Match: ${headers.get('etag')}`];
        expect(await sendRaw(server, again)).to.include({ status: 304, text: '' });
    });
    it('is OpenAPI 3.1, by the schema of the standard', async () => {
        const { body } = await aClient(await aServer()).get('/openapi.json');
        expect(body.openapi).to.match(/^3\.1\./);
        expect(body.servers).to.deep.equal([{ url: issuer }]);
        const { valid, errors } = await new Validator().validate(body);
        expect(valid, JSON.stringify(errors)).to.equal(true);
    });
    it('has every route of programs under its name, and nothing that is not in the table', async () => {
        const { body } = await aClient(await aServer()).get('/openapi.json');
        const paths = Object.entries(body.paths);
        const documented = paths.flatMap(([path, methods]) => Object.entries(methods).map(([method, { operationId }]) => `${operationId}: ${method.toUpperCase()} ${path}`));
        const inTable = ofPrograms.map(([name, { method, path }]) => `${name}: ${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
        expect(documented.sort()).to.deep.equal(inTable.sort());
    });
});
//# sourceMappingURL=openapi.test.js.map