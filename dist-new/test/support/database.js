import { openDatabase } from '../../server/storage/database.js';
import { writeFirstRows } from '../../server/storage/first-rows.js';
import { passwordGrant } from '../../server/storage/session-rows.js';
import { guarded } from './transaction-guard.js';
const open = new Set();
/** An empty database with all tables and the rows that every installation has. */
export async function aDatabase(engine) {
    const database = await anOpen(await engine.migrated());
    await writeFirstRows(database, {
        application: { id: 'darvoza', name: 'Darvoza' },
        roles: { admin: ['darvoza:*'] },
        policy: '{}',
        accessLifetime: 3600,
        logId: 'a-log',
        now: 1_000_000,
    });
    return database;
}
/** Without any table; closed at the end of the test by `closeDatabases`. */
export async function anEmptyDatabase(engine) {
    return anOpen(await engine.fresh());
}
/** One more connection to a database that is there. */
export async function anOpen(settings) {
    const database = await openDatabase(settings, undefined, guarded);
    open.add(database);
    return database;
}
export async function closeDatabases() {
    for (const database of open)
        await database.close();
    open.clear();
}
export function aUserRow(id, changes = {}) {
    return {
        id,
        username: `user${id}`,
        usernameKey: `user${id}`,
        passwordHash: '',
        firstName: '',
        lastName: '',
        email: '',
        active: true,
        permissions: [],
        endedSeq: 0,
        lastLoginAt: null,
        passwordChangedAt: 1,
        createdAt: 1,
        deletedAt: null,
        ...changes,
    };
}
/** Signed in at `at` (epoch ms) for a day, by user 1. */
export function aSessionRow(id, at, changes = {}) {
    return {
        id,
        userId: 1,
        deviceId: 'device',
        applicationId: 'darvoza',
        seq: 0,
        policyVersion: 1,
        generation: 1,
        rotatedAt: at,
        expiresAt: at + 86_400_000,
        refreshKeyVersion: 1,
        rotation: '',
        windowFrom: 1,
        windowStartedAt: 0,
        olderFrom: 1,
        olderStartedAt: 0,
        authenticatedAt: at,
        createdAt: at,
        lastSeenAt: at,
        address: '',
        endedAt: null,
        endedReason: null,
        endedBy: null,
        ...passwordGrant,
        ...changes,
    };
}
//# sourceMappingURL=database.js.map