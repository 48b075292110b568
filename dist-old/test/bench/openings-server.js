// One of the two servers of openings.ts: serves, and opens sessions by itself when it is told to.
import { createServer } from 'node:http';
import { readSettings } from '../../config/settings.js';
import { compose } from '../../server/compose.js';
import { passwordGrant } from '../../server/storage/session-rows.js';
const silent = () => { };
const log = { debug: silent, info: silent, warn: silent, error: console.error };
const composed = await compose(readSettings(process.env), { log });
const { storage, signIn, tokens } = composed.parts;
await composed.migrate();
await composed.start();
composed.jobs.start();
const origin = { address: '192.0.2.7', userAgent: 'bench', requestId: 'bench' };
/** What spending a code costs, but for the code's own row: a session on what a browser's sign-in left, and its pair. */
async function redeem(userId) {
    const { seq } = await storage.revocationStore.head(storage.database);
    const evidence = { userId, seq, authenticatedAt: Date.now(), stillHolds: async () => true };
    const opened = await signIn.openSession(evidence, 'darvoza', {
        device: { deviceProof: null },
        origin,
        grant: passwordGrant,
    });
    const { standing, eras, issuedAt } = opened;
    tokens.issue.accessOf(standing, issuedAt, eras.of(standing.session));
    tokens.issue.refresh(standing.session, standing.user.username);
}
process.on('message', async ({ userIds, atOnce, seconds }) => {
    const until = performance.now() + seconds * 1000;
    let redeemed = 0;
    const keepOn = async (_, lane) => {
        for (let index = lane; performance.now() < until; index += atOnce) {
            await redeem(userIds[index % userIds.length]);
            redeemed++;
        }
    };
    await Promise.all(Array.from({ length: atOnce }, keepOn));
    process.send({ redeemed });
});
const server = createServer(composed.app.callback());
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit(0));
//# sourceMappingURL=openings-server.js.map