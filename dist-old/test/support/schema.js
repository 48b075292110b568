// Databases with all tables in them: made once by the migrations, and then copied, since they cost more than most tests.
import { copyFileSync } from 'node:fs';
import mysql from 'mysql2/promise';
import { openDatabase } from '../../server/storage/database.js';
import { migrateUp } from '../../server/storage/migrate.js';
/** Made by `make` at the first call. */
function once(make) {
    let made = null;
    return () => {
        made ??= make();
        return made;
    };
}
async function migrate(settings) {
    const database = await openDatabase(settings);
    await migrateUp(database);
    await database.close();
}
/** @param fresh where an empty database may be */
export function sqliteWithTables(fresh) {
    const template = once(async () => {
        const settings = fresh();
        // The last connection that closes leaves everything in the one file.
        await migrate(settings);
        return settings;
    });
    return async () => {
        const settings = fresh();
        copyFileSync((await template()).path, settings.path);
        return settings;
    };
}
export function mariaDbWithTables(running) {
    const template = once(async () => {
        const server = await running();
        const settings = await server.create();
        await migrate(settings);
        return schemaOf(settings.port, settings.name);
    });
    return async () => {
        const server = await running();
        const { collation, statements } = await template();
        const settings = await server.create();
        await server.run(`ALTER DATABASE ${settings.name} CHARACTER SET utf8mb4 COLLATE ${collation}`, `USE ${settings.name}`, ...statements);
        return settings;
    };
}
/** What makes the same tables again, and says that the migrations have run. */
async function schemaOf(port, name) {
    const connection = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root', database: name });
    const rows = async (sql) => (await connection.query(sql))[0];
    const [database] = await rows('SELECT @@collation_database AS collation');
    const statements = [];
    for (const table of await rows('SHOW TABLES')) {
        const [made] = await rows(`SHOW CREATE TABLE \`${Object.values(table)[0]}\``);
        statements.push(made['Create Table']);
    }
    for (const row of await rows('SELECT * FROM migrations'))
        statements.push(mysql.format('INSERT INTO migrations SET ?', [row]));
    await connection.end();
    return { collation: database.collation, statements };
}
//# sourceMappingURL=schema.js.map