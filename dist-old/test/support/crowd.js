// One person who is signed in very often, written to the tables at once.
import { randomUUID } from 'node:crypto';
import { writtenSession } from '../../server/storage/session-rows.js';
import { insertions } from '../../server/storage/statement.js';
import { aSessionRow } from './database.js';
/** Devices seen a second after each other, the last of them an hour ago; the sessions go round them, one a ms. */
export async function aCrowd({ composed }, userId, { devices, sessions }) {
    const { storage: { database }, revocation: { now, policy }, } = composed.parts;
    const start = now() - 3_600_000;
    const deviceIds = Array.from({ length: devices }, () => randomUUID());
    const rows = deviceIds.map((id, index) => aDeviceRow(id, userId, start - (devices - index) * 1_000));
    await insertAll('device', rows);
    const { version } = policy.eras();
    const [head] = await database.read('SELECT seq FROM log_head');
    await insertAll('session', Array.from({ length: sessions }, (_, index) => writtenSession(aSessionRow(randomUUID(), start + index, {
        userId,
        deviceId: deviceIds[index % devices],
        seq: head.seq,
        policyVersion: version,
    }))));
    return { deviceIds };
    async function insertAll(table, all) {
        for (let from = 0; from < all.length; from += 1_000)
            await database.transaction(async (tx) => {
                await tx.write(...insertions(table, all.slice(from, from + 1_000)));
            });
    }
}
export function aDeviceRow(id, userId, seenAt, changes = {}) {
    return {
        id,
        userId,
        clientDevice: null,
        name: 'Firefox',
        browser: 'Firefox 132',
        platform: 'Linux',
        userAgent: '',
        address: '192.0.2.7',
        firstSeenAt: seenAt,
        lastSeenAt: seenAt,
        endedAt: null,
        ...changes,
    };
}
//# sourceMappingURL=crowd.js.map