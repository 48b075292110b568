import { aSessionRow } from './database.js';
export const hour = 3_600_000;
/** When sessions of tests are opened. */
export const start = 1_000 * hour;
/** A session's row: user 1's, just signed in. */
export const aSession = (id, changes = {}) => aSessionRow(id, start, changes);
/** The live sessions of a user, the oldest first. */
export async function sessionsOf({ composed }, userId) {
    return (await composed.parts.devices.whereSignedIn.sessions(userId, { limit: 1_000 })).results;
}
/** The devices of a user that are not ended, the oldest first. */
export async function devicesOf({ composed }, userId) {
    return (await composed.parts.devices.whereSignedIn.devices(userId, { limit: 1_000 })).results;
}
//# sourceMappingURL=sessions.js.map