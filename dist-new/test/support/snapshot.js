// What the database holds, as text: two of these are equal when nothing changed in between.
import BetterSqlite3 from 'better-sqlite3';
import { tables as allTables } from '../../server/storage/tables.js';
/** The heartbeat moves by itself. */
const still = new Set(['heartbeat']);
const known = new WeakMap();
export async function snapshotOf(server) {
    // Rows of what has ended are marked behind the answer.
    await server.composed.jobs.settled();
    const { database } = server.settings;
    if (database.engine !== 'sqlite')
        return contentsOf(server);
    const { file, ...last } = known.get(server) ?? { file: new BetterSqlite3(database.path), version: null, text: '' };
    // Another one for this connection with every commit of any other one (SQLite, PRAGMA data_version).
    const version = file.pragma('data_version', { simple: true });
    const text = version === last.version ? last.text : await contentsOf(server);
    known.set(server, { file, version, text });
    return text;
}
async function contentsOf(server) {
    const { database } = server.composed.parts.storage;
    const tables = allTables.filter(name => !still.has(name));
    const contents = {};
    for (const table of tables) {
        const rows = await database.read(`SELECT * FROM \`${table}\``);
        contents[table] = rows.map(row => JSON.stringify(row)).sort();
    }
    return JSON.stringify(contents, null, 1);
}
//# sourceMappingURL=snapshot.js.map