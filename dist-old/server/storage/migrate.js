import { migrationNames } from './migrations/index.js';
/** Runs the migrations that are due. @returns their names */
export async function migrateUp(database) {
    const done = await doneIn(database);
    refuseStrange(done);
    if (migrationNames.every(name => done.has(name)))
        return [];
    const { withExecutor } = await import('./migration-executor.js');
    return withExecutor(database.connections, async (executor) => {
        await requireKnownMigrations(database);
        return (await executor.executePendingMigrations()).map(({ name }) => name);
    });
}
/** Takes the last migration back, with all data in the tables it made. */
export async function migrateDown(database) {
    const { withExecutor } = await import('./migration-executor.js');
    await withExecutor(database.connections, async (executor) => {
        await requireKnownMigrations(database);
        await executor.undoLastMigration();
    });
}
/**
 * A program that is older than the schema would write what its successor does not understand.
 * @throws Error with the migrations that only a newer version knows
 */
export async function requireKnownMigrations(database) {
    refuseStrange(await doneIn(database));
}
function refuseStrange(done) {
    const strange = strangeOf(done);
    if (strange.length > 0)
        throw new Error(`the database was made by a newer version of Darvoza (${strange.join(', ')}): run that version; migrations of its own only it can take back`);
}
/** Every migration that this program knows, and whether it has run; then those that it does not know. */
export async function migrationStatus(database) {
    const done = await doneIn(database);
    return [...migrationNames, ...strangeOf(done)].map(name => ({ name, done: done.has(name) }));
}
function strangeOf(done) {
    return [...done].filter(name => !migrationNames.includes(name));
}
async function doneIn(database) {
    const [table] = await database.read(database.dialect.engine === 'sqlite'
        ? "SELECT 1 AS here FROM sqlite_master WHERE type = 'table' AND name = 'migrations'"
        : "SELECT 1 AS here FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'migrations'");
    if (!table)
        return new Set();
    return new Set((await database.read('SELECT name FROM migrations')).map(({ name }) => name));
}
//# sourceMappingURL=migrate.js.map