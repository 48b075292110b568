// The password that is typed again before something that is hard to take back: judged in its transaction, like a change, though
// it is neither audited nor revokes anything.
import { expect } from 'chai';
import { onEachEngine } from '../support/engines.js';
import { aPause } from '../support/pause.js';
import { aServer, password, sharedHashing } from '../support/server.js';
import { sessionsOf } from '../support/sessions.js';
import { aVisitor, localOf } from '../support/visitor.js';
const ownSite = { 'Sec-Fetch-Site': 'same-origin' };
onEachEngine('the password that is typed again', engine => {
    /** Types it, and does `meanwhile` while it is compared. */
    async function overtaken(meanwhile) {
        const pause = aPause();
        const { hash, matches } = sharedHashing();
        const hashingWork = {
            hash,
            async matches(typed, encoded) {
                const right = await matches(typed, encoded);
                await pause.here();
                return right;
            },
        };
        const server = await aServer({ engine, ports: { hashingWork } });
        const visitor = aVisitor(server);
        await visitor.signIn({ username: 'admin', password });
        server.clock.advance('6m');
        const _token = visitor.tokenOn(await visitor.open('/account'), '/account');
        const before = await authenticatedAt(server);
        pause.arm();
        const form = { _token, next: '/account', _proof: password };
        const held = visitor.send('POST', '/prove', { form, headers: ownSite });
        await pause.reached;
        await meanwhile(server);
        pause.letGo();
        const answer = await held;
        return { answer, isAuthenticated: (await authenticatedAt(server)) > before };
    }
    it('is no proof where the session was ended meanwhile', async () => {
        const { answer, isAuthenticated } = await overtaken(async (server) => {
            const [one] = await sessionsOf(server, 1);
            await server.composed.parts.devices.sessions.end(one.session.id, null, 'system');
        });
        expect(answer.status).to.not.equal(200);
        expect(isAuthenticated).to.equal(false);
    });
    it('is no proof where it is the password no more', async () => {
        const { answer, isAuthenticated } = await overtaken(async ({ composed }) => {
            const { database, userStore } = composed.parts.storage;
            await userStore.update(database, 1, { passwordHash: 'another' });
        });
        expect(answer.text).to.include('This is not your password.');
        expect(isAuthenticated).to.equal(false);
    });
    it('is one where the policy changed meanwhile, and this process has not heard of it', async () => {
        const { answer, isAuthenticated } = await overtaken(async (server) => {
            const second = await aServer({ settings: server.settings, policy: null, clock: server.clock });
            await second.composed.parts.policies.policies.set({ access_token_lifetime: 120 }, 'system', 'test');
        });
        expect(localOf(answer)).to.equal('/account');
        expect(isAuthenticated).to.equal(true);
    });
});
async function authenticatedAt({ composed }) {
    const { database } = composed.parts.storage;
    const [row] = await database.read('SELECT authenticated_at AS at FROM page_session');
    return row.at;
}
//# sourceMappingURL=password-proof.test.js.map