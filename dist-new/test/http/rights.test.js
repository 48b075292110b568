// Everybody at every door: each sender with each row of the route table. Whoever may less than a row asks for is refused, with
// nothing changed; whoever may as much is let in.
import { expect } from 'chai';
import { calls } from '../support/calls.js';
import { aClient } from '../support/client.js';
import { expectAdmitted, expectedOf, expectRefused, isOwnWay } from '../support/expected.js';
import { aWorld, forms } from '../support/forms.js';
import { incomplete, readableWorld, readyRequest, rows } from '../support/requests.js';
import { applications, callers, keys, nobody, ownOf, people } from '../support/senders.js';
import { aServer, password } from '../support/server.js';
import { snapshotOf } from '../support/snapshot.js';
import { aVisitor } from '../support/visitor.js';
function send(server, { name, row, path, form, json }, sender) {
    const { headers, visitor, formToken, fields } = sender;
    // What follows a good head never ends.
    const method = row.events && expectedOf([name, row], sender) === 'admitted' ? 'HEAD' : row.method;
    if (json)
        return aClient(server).send(row.method, path, { json, headers });
    const own = form && { ...form, ...fields, ...('_token' in form && { _token: formToken }) };
    const sent = { 'Sec-Fetch-Site': 'same-origin', ...headers };
    return visitor.send(method, path, { headers: sent, ...(own && { form: own }) });
}
const aReadableWorld = async (server, mark) => readableWorld(await aWorld(server, mark, []));
/** What requests of nobody's in particular are filled in with. */
async function aFilling(server) {
    const visitor = aVisitor(server);
    await visitor.signIn({ username: 'admin', password });
    const world = await aReadableWorld(server, 'refused');
    return { world, own: { sid: world.sid, deviceId: world.deviceId }, visitor, formToken: '' };
}
const everybody = async (server) => [
    ...(await people(server)),
    ...(await applications(server)),
    ...(await keys(server)),
    ...(await callers(server)),
];
/** Of keys, which all ask within one minute. */
const unlimited = { policy: { api_key_requests_per_minute: 0 } };
/** They change what somebody signs in with: the last that is tried of who is let in. */
const isOfPasswords = ({ row }) => row.path.endsWith('/password');
/** Changes of administrators that are easily taken back. */
const lightly = ['createUser', 'changeUser', 'saveUserPage'];
describe('the rights of everybody, route by route', () => {
    it('are asked for wherever administrators are: what changes something asks for a right to, and for a recent sign-in', () => {
        const looking = Object.entries({ ...calls, ...forms }).flatMap(([name, row]) => (row.looks ? [name] : []));
        for (const [name, { method, path, access }] of rows) {
            const isAdministrators = path.startsWith('/api/admin/') || path.startsWith('/admin/');
            const permission = 'permission' in access ? access.permission : undefined;
            expect(permission !== undefined, name).to.equal(isAdministrators);
            if (!isAdministrators || method === 'GET' || looking.includes(name))
                continue;
            expect(permission, name).to.match(/:(write|end)$/);
            expect('recentlyAuthenticated' in access, name).to.equal(!lightly.includes(name));
        }
    });
    it('are no more than the table says: whoever may less is refused for that reason, and nothing changes', async () => {
        const server = await aServer(unlimited);
        const senders = await everybody(server);
        const filling = await aFilling(server);
        const requests = [];
        for (const [name] of rows)
            requests.push(await readyRequest(filling, name));
        const before = await snapshotOf(server);
        const unasked = new Map();
        const ways = new Set();
        for (const sender of [nobody(server), ...senders]) {
            const isFirst = !ways.has(sender.by);
            ways.add(sender.by);
            // Refused each by itself, whatever else is going on: all at once.
            const asking = requests.map(async (request) => {
                const outcome = expectedOf([request.name, request.row], sender);
                const what = `${request.name} by ${sender.who}`;
                // What becomes of a token at a page is the same for each of them: the first is tried.
                if (!isFirst && !isOwnWay(request.row, sender))
                    return;
                if (outcome === 'admitted' || (outcome === 'open' && sender.by === 'cookie'))
                    return;
                const answer = await send(server, request, sender);
                if (outcome !== 'open')
                    expectRefused(answer, outcome, what);
                // Nobody is asked: whoever it is, the answer is that of nobody.
                else if (!unasked.has(request.name))
                    unasked.set(request.name, answer.status);
                else
                    expect(answer.status, what).to.equal(unasked.get(request.name));
            });
            await Promise.all(asking);
            expect(await snapshotOf(server), sender.who).to.equal(before);
        }
    }).timeout(60_000);
    it('are no less than the table says: whoever may as much as a row asks for is let in', async () => {
        const server = await aServer(unlimited);
        for (const [index, sender] of (await everybody(server)).entries()) {
            const readable = await aReadableWorld(server, `let-in-${index}`);
            const admitted = rows
                .filter(row => expectedOf(row, sender) === 'admitted')
                .sort(([, a], [, b]) => Number(isOfPasswords({ row: a })) - Number(isOfPasswords({ row: b })));
            for (const [place, [name, row]] of admitted.entries()) {
                const { user, visitor, formToken } = sender;
                const changes = row.method !== 'GET';
                const world = changes ? await aWorld(server, `w-${index}-${place}`, []) : readable;
                const own = changes && user ? await ownOf(server, user) : { sid: world.sid, deviceId: world.deviceId };
                const answer = await send(server, await readyRequest({ world, own, visitor, formToken }, name), sender);
                expectAdmitted(answer, incomplete.has(name), `${name} by ${sender.who}`);
            }
        }
    }).timeout(60_000);
});
//# sourceMappingURL=rights.test.js.map