import { expect } from 'chai';
import { EvidenceOutdated } from '../../server/identity/sign-in/open-session.js';
import { Refusal, refuse } from '../../server/protocol/errors.js';
import { passwordGrant } from '../../server/storage/session-rows.js';
import { aClient, claimsOf } from '../support/client.js';
import { onEachEngine } from '../support/engines.js';
import { aServer, settle } from '../support/server.js';
import { devicesOf, sessionsOf } from '../support/sessions.js';
const origin = { address: '192.0.2.7', userAgent: 'a device that polls', requestId: 'r1' };
onEachEngine('a session that is opened on evidence', engine => {
    it('is refused, and nothing is written, where the evidence holds no more', async () => {
        const { server, open, id } = await aHouse(engine);
        expect(await outcome(open({ stillHolds: async () => false }))).to.equal('outdated');
        expect(await outcome(open({ stillHolds: refusesAfter(marked) }))).to.equal('not_found');
        expect(await marks(server), 'what it wrote before').to.equal(0);
        expect(await written(server, id)).to.deep.equal({ sessions: 0, devices: 0, entries: 0 });
    });
    it('is refused where the user is gone or disabled, or the application is', async () => {
        const { server, open, id } = await aHouse(engine);
        expect(await outcome(open({ userId: 4_711 }))).to.equal('outdated');
        await server.composed.parts.people.users.disable(id, 'system');
        expect(await outcome(open({ seq: await seqOf(server) }))).to.equal('outdated');
        await server.composed.parts.people.users.enable(id, 'system');
        const { database } = server.composed.parts.storage;
        await database.write("UPDATE application SET active = ? WHERE id = 'darvoza'", [false]);
        expect(await outcome(open({ seq: await seqOf(server) }))).to.equal('application_disabled');
        expect((await written(server, id)).sessions).to.equal(0);
    });
    it('is refused where all sessions were ended since the credential was checked', async () => {
        const { server, open, id } = await aHouse(engine);
        const seq = await seqOf(server);
        await server.composed.parts.devices.sessions.endAll(id, 'system');
        expect(await outcome(open({ seq, stillHolds: marked }))).to.equal('outdated');
        expect(await marks(server), 'what the evidence wrote').to.equal(0);
        expect(await outcome(open({ seq: await seqOf(server) }))).to.equal('opened');
    });
    it('is opened once, however many spend the same evidence at once', async () => {
        const { server, open, id } = await aHouse(engine);
        await marked(server.composed.parts.storage.database);
        const spends = async (tx) => (await tx.write("DELETE FROM last_number WHERE name = 'mark'")) === 1;
        const outcomes = await Promise.all(Array.from({ length: 12 }, () => outcome(open({ stillHolds: spends }))));
        expect(outcomes.filter(one => one === 'opened')).to.have.length(1);
        expect(outcomes.filter(one => one === 'outdated')).to.have.length(11);
        expect((await written(server, id)).sessions).to.equal(1);
    });
    it('learns a policy that this process has not heard of, and is opened under it', async () => {
        const { server, open } = await aHouse(engine);
        const second = await aServer({ settings: server.settings, policy: null, clock: server.clock });
        await second.composed.parts.policies.policies.set({ access_token_lifetime: 120 }, 'system', 'test');
        const { standing, eras } = await open({});
        expect(eras.of(standing.session).access_token_lifetime).to.equal(120);
    });
    it('says when and with what number the credential was checked, and its tokens are good', async () => {
        const { server, open, id } = await aHouse(engine);
        const seq = await seqOf(server);
        const authenticatedAt = server.clock.now();
        server.clock.advance('3m');
        await settle(server.composed);
        const { standing, eras, issuedAt } = await open({ seq, authenticatedAt });
        expect(standing.session).to.include({ userId: id, seq, authenticatedAt, address: origin.address });
        const { issue } = server.composed.parts.tokens;
        const access = issue.accessOf(standing, issuedAt, eras.of(standing.session)).token;
        expect(claimsOf(access)).to.include({ auth_time: Math.floor(authenticatedAt / 1000), sid: standing.session.id });
        const client = aClient(server);
        expect((await client.verify(access)).status).to.equal(200);
        const refreshed = await client.refresh(issue.refresh(standing.session, standing.user.username));
        expect(refreshed.status).to.equal(200);
    });
    it('has the roles and the permissions of its user', async () => {
        const { server, open, id } = await aHouse(engine);
        const { roles, users } = server.composed.parts.people;
        await roles.create('clerk', ['orders:read'], 'system');
        await users.setRoles(id, ['clerk', 'support'], 'system');
        await users.setPermissions(id, ['orders:write'], 'system');
        const { user } = (await open({ seq: await seqOf(server) })).standing;
        expect(user).to.deep.equal(await server.composed.parts.storage.userStore.find(server.composed.parts.storage.database, id));
        expect(user.allPermissions).to.include.members(['orders:read', 'orders:write', 'darvoza:users:read']);
    });
});
async function aHouse(engine) {
    const server = await aServer({ engine });
    const { id } = await server.aUser({ username: 'amy' });
    const { openSession } = server.composed.parts.signIn;
    const seq = await seqOf(server);
    const open = (changes) => {
        const evidence = {
            userId: id,
            seq,
            authenticatedAt: server.clock.now(),
            stillHolds: async () => true,
            ...changes,
        };
        return openSession(evidence, 'darvoza', { device: { deviceProof: null }, origin, grant: passwordGrant });
    };
    return { server, id, open };
}
/** The log's number, as who checks a credential reads it. */
async function seqOf({ composed }) {
    const { revocationStore, database } = composed.parts.storage;
    return (await revocationStore.head(database)).seq;
}
async function outcome(opening) {
    try {
        await opening;
        return 'opened';
    }
    catch (error) {
        if (error instanceof EvidenceOutdated)
            return 'outdated';
        if (error instanceof Refusal)
            return error.code;
        throw error;
    }
}
/** Something that evidence writes when it is used. */
async function marked(tx) {
    await tx.write("INSERT INTO last_number (name, value) VALUES ('mark', 1)");
    return true;
}
const refusesAfter = (work) => async (tx) => {
    await work(tx);
    throw refuse('not_found');
};
async function marks({ composed }) {
    return (await composed.parts.storage.database.read("SELECT name FROM last_number WHERE name = 'mark'")).length;
}
/** What opening a session leaves behind. */
async function written(server, userId) {
    const entries = await server.composed.parts.storage.database.read("SELECT seq FROM audit_entry WHERE action = 'signed_in'");
    return {
        sessions: (await sessionsOf(server, userId)).length,
        devices: (await devicesOf(server, userId)).length,
        entries: entries.length,
    };
}
//# sourceMappingURL=open-session.test.js.map