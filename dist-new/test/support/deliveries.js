// Logout tokens to act on: of an application at an address that nothing is sent to.
import { anApplication, aSessionOf } from './applications.js';
import { settle } from './server.js';
/** Of each server alone: what is done alike at several makes the same rows. */
const toldApplications = new WeakMap();
/** An application that is told of ends. @returns its id */
export async function aToldApplication(server, uri = 'https://127.0.0.1/logout') {
    const count = (toldApplications.get(server) ?? 0) + 1;
    toldApplications.set(server, count);
    const id = `told-${count}`;
    await anApplication(server, id, { metadata: { scope: 'openid', backchannel_logout_uri: uri } });
    await settle(server.composed);
    return id;
}
/** Of the end of a session of somebody. @returns its id */
export async function aDelivery(server, user) {
    const { session } = await aSessionOf(server, user, await aToldApplication(server));
    const { devices, storage } = server.composed.parts;
    await devices.sessions.end(session.id, user.id, 'system');
    const sql = 'SELECT id FROM delivery WHERE session_id = ?';
    return (await storage.database.read(sql, [session.id]))[0].id;
}
//# sourceMappingURL=deliveries.js.map