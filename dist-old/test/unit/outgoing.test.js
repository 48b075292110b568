// Requests to addresses that others have named.
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { expect } from 'chai';
import { readOutgoingAllow } from '../../config/outgoing.js';
import { createOutgoing } from '../../server/outgoing/outgoing.js';
import { OutgoingFailure } from '../../server/outgoing/outgoing-failure.js';
const nothing = { hosts: [], networks: [] };
const loopback = { hosts: [], networks: ['127.0.0.0/8'] };
const family = (address) => ({ address, family: address.includes(':') ? 6 : 4 });
/** Names that mean these addresses; everything else as the system has it, which never asks a resolver for an address. */
const meaning = (...addresses) => async () => addresses.map(family);
async function whyNot(work) {
    try {
        await work;
        return null;
    }
    catch (error) {
        if (error instanceof OutgoingFailure)
            return error.reason;
        throw error;
    }
}
describe('a request to an address that others have named', () => {
    const open = [];
    let asked = 0;
    async function listening(answer) {
        const server = createServer((request, response) => {
            asked++;
            answer(request, response);
        });
        open.push({ close: () => [server.closeAllConnections(), server.close()] });
        await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
        return String(server.address().port);
    }
    beforeEach(() => {
        asked = 0;
    });
    afterEach(() => {
        for (const one of open.splice(0))
            one.close();
    });
    it('never reaches the inside, however it is spelled', async () => {
        const port = await listening((_, response) => response.end('secret'));
        const inside = [
            '127.0.0.1',
            '127.1',
            '0x7f.0.0.1',
            '2130706433',
            '017700000001',
            '0.0.0.0',
            '[::1]',
            '[::]',
            '[::ffff:127.0.0.1]',
            '[::ffff:7f00:1]',
            '[::127.0.0.1]',
            '[64:ff9b::127.0.0.1]',
            '[2002:7f00:1::]',
            '10.0.0.1',
            '172.16.0.1',
            '192.168.1.1',
            '100.64.0.1',
            '169.254.169.254',
            '[fe80::1]',
            '[fd00::1]',
            '[fec0::1]',
            '224.0.0.1',
            '255.255.255.255',
            '192.0.2.1',
            '[2001:db8::1]',
            'localhost',
            'localhost.',
        ];
        for (const scheme of ['http', 'https'])
            for (const host of inside) {
                const why = await whyNot(createOutgoing({ allow: nothing }).request(`${scheme}://${host}:${port}/`));
                expect(why, `${scheme} ${host}`).to.equal('NOT_ALLOWED');
            }
        expect(asked).to.equal(0);
    });
    it('never reaches a name that means the inside, or both', async () => {
        for (const addresses of [['127.0.0.1'], ['1.1.1.1', '127.0.0.1'], ['2606:4700::1', '::ffff:10.0.0.1'], []]) {
            const outgoing = createOutgoing({ allow: nothing, resolve: meaning(...addresses) });
            expect(await whyNot(outgoing.request('https://keys.example/')), addresses.join()).to.equal('NOT_ALLOWED');
        }
    });
    it('is not made in the clear to the public, to what is no web address, or with a name and password', async () => {
        const outgoing = createOutgoing({ allow: loopback, resolve: meaning('1.1.1.1') });
        expect(await whyNot(outgoing.request('http://keys.example/'))).to.equal('SCHEME');
        for (const address of ['ftp://keys.example/', 'file:///etc/passwd', 'data:,x', 'gopher://x/'])
            expect(await whyNot(outgoing.request(address)), address).to.equal('SCHEME');
        for (const address of [
            '',
            'x',
            '//keys.example',
            'https://',
            'https://a:b@keys.example/',
            'https://a@keys.example/',
        ])
            expect(await whyNot(outgoing.request(address)), address).to.equal('ADDRESS');
    });
    it('reaches what a setting names: a network, or a host by its name, also in the clear', async () => {
        const port = await listening((request, response) => response.end(`${request.method} ${request.headers.host}`));
        const text = async (work) => (await work).body.toString();
        expect(await text(createOutgoing({ allow: loopback }).request(`http://127.0.0.1:${port}/`))).to.equal(`GET 127.0.0.1:${port}`);
        const named = createOutgoing({ allow: { hosts: ['keys.internal'], networks: [] }, resolve: meaning('127.0.0.1') });
        expect(await text(named.request(`http://KEYS.internal:${port}/`))).to.equal(`GET keys.internal:${port}`);
        expect(await whyNot(named.request(`http://other.internal:${port}/`))).to.equal('NOT_ALLOWED');
        expect(await whyNot(named.request(`http://x.keys.internal:${port}/`))).to.equal('NOT_ALLOWED');
        const asked = { publicAlone: true };
        expect(await whyNot(named.request(`http://keys.internal:${port}/`, asked))).to.equal('NOT_ALLOWED');
        expect(await whyNot(createOutgoing({ allow: loopback }).request(`http://127.0.0.1:${port}/`, asked))).to.equal('NOT_ALLOWED');
        const other = createOutgoing({ allow: { hosts: [], networks: ['10.0.0.0/8'] } });
        expect(await whyNot(other.request(`http://127.0.0.1:${port}/`))).to.equal('NOT_ALLOWED');
    });
    /** @returns where it listens: it says that each name is 127.0.0.1, or says nothing */
    async function aNameServer(isSilent = false) {
        const socket = createSocket('udp4', (question, { port, address }) => {
            if (isSilent)
                return;
            // RFC 1035 §4.1: the question once more, without what stands behind it, and one address where one of IPv4 was asked for.
            const end = question.indexOf(0, 12) + 5;
            const isOfFour = question.readUInt16BE(end - 4) === 1;
            const answer = [0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 127, 0, 0, 1];
            const head = [...question.subarray(0, 2), 0x81, 0x80, 0, 1, 0, isOfFour ? 1 : 0, 0, 0, 0, 0];
            socket.send(Buffer.from([...head, ...question.subarray(12, end), ...(isOfFour ? answer : [])]), port, address);
        });
        open.push(socket);
        await new Promise(resolve => socket.bind(0, '127.0.0.1', resolve));
        return `127.0.0.1:${socket.address().port}`;
    }
    it('of a stranger asks the name servers itself, and holds up nobody where they are silent', async () => {
        const asked = { publicAlone: true, wait: 500 };
        const answered = createOutgoing({ allow: nothing, nameServers: [await aNameServer()] });
        expect(await whyNot(answered.request('https://tool.example/', asked))).to.equal('NOT_ALLOWED');
        const silent = createOutgoing({ allow: nothing, nameServers: [await aNameServer(true)] });
        const waiting = Array.from({ length: 30 }, (_, number) => silent.request(`https://h${number}.example/`, asked));
        const reasons = Promise.all(waiting.map(whyNot));
        const begun = performance.now();
        await lookup('localhost');
        expect(performance.now() - begun).to.be.below(400);
        expect([...new Set(await reasons)]).to.deep.equal(['TIMEOUT']);
    });
    it('goes to the addresses that were looked at, whatever the name means by then', async () => {
        const port = await listening((_, response) => response.end('here'));
        const answers = [['127.0.0.1'], ['192.0.2.1']];
        let resolved = 0;
        const resolve = async () => answers[resolved++].map(family);
        const { body } = await createOutgoing({ allow: loopback, resolve }).request(`http://keys.example:${port}/`);
        expect([body.toString(), resolved]).to.deep.equal(['here', 1]);
    });
    it('follows no redirect', async () => {
        const port = await listening((_, response) => {
            response.writeHead(302, { Location: '/elsewhere' }).end();
        });
        const { status } = await createOutgoing({ allow: loopback }).request(`http://127.0.0.1:${port}/`);
        expect([status, asked]).to.deep.equal([302, 1]);
    });
    it('reads no answer without end, and waits for none', async () => {
        const endless = await listening((_, response) => {
            const write = () => {
                while (response.write('x'.repeat(10_000)))
                    ;
            };
            response.on('drain', write);
            write();
        });
        const outgoing = createOutgoing({ allow: loopback });
        expect(await whyNot(outgoing.request(`http://127.0.0.1:${endless}/`))).to.equal('TOO_LARGE');
        const silent = await listening(() => { });
        const slow = await listening((_, response) => void response.write('x'));
        for (const port of [silent, slow])
            expect(await whyNot(outgoing.request(`http://127.0.0.1:${port}/`, { wait: 50 }))).to.equal('TIMEOUT');
        const resolve = () => new Promise(() => { });
        const unanswered = createOutgoing({ allow: loopback, resolve }).request('https://keys.example/', { wait: 50 });
        expect(await whyNot(unanswered)).to.equal('TIMEOUT');
    });
    it('speaks no other protocol, whoever offers one, and is over at once', async () => {
        const switching = createTcpServer(socket => {
            socket.on('error', () => { });
            const answer = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n';
            socket.once('data', () => socket.write(answer));
        });
        open.push({ close: () => switching.close() });
        await new Promise(resolve => switching.listen(0, '127.0.0.1', resolve));
        const { port } = switching.address();
        for (const most of [0, 100]) {
            const asked = createOutgoing({ allow: loopback }).request(`http://127.0.0.1:${port}/`, { most });
            const { status, body } = await asked;
            expect([status, body.length]).to.deep.equal([101, 0]);
        }
    });
    it('says that nobody is there, and that it is no HTTP that answers', async () => {
        const garbage = createTcpServer(socket => void socket.end('garbage'));
        open.push({ close: () => garbage.close() });
        await new Promise(resolve => garbage.listen(0, '127.0.0.1', resolve));
        const { port } = garbage.address();
        const outgoing = createOutgoing({ allow: loopback });
        expect(await whyNot(outgoing.request(`http://127.0.0.1:${port}/`))).to.equal('UNREACHABLE');
        expect(await whyNot(outgoing.request(`https://127.0.0.1:${port}/`))).to.equal('UNREACHABLE');
        const unknown = createOutgoing({ allow: loopback, resolve: () => Promise.reject(new Error('none')) });
        expect(await whyNot(unknown.request('https://keys.example/'))).to.equal('UNKNOWN_HOST');
    });
});
describe('the setting OUTGOING_ALLOW', () => {
    it('names hosts, addresses and networks', () => {
        expect(readOutgoingAllow('Keys.Internal., 10.0.0.0/8, 127.0.0.1, ::1, [fd00::1], fd00::/8')).to.deep.equal({
            hosts: ['keys.internal'],
            networks: ['10.0.0.0/8', '127.0.0.1/32', '::1/128', 'fd00::1/128', 'fd00::/8'],
        });
    });
    it('is refused for anything else', () => {
        for (const value of [
            'a,,b',
            '10.0.0.0/33',
            '::/129',
            '999.1.1.1',
            '127.1',
            'https://a.example',
            'a:80',
            '*.a',
            'a b',
        ])
            expect(readOutgoingAllow(value), value).to.be.a('string');
    });
});
//# sourceMappingURL=outgoing.test.js.map