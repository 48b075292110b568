// The database engines that tests run on: SQLite always, MariaDB where it is installed; and Redis beside them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mariadbd, sharedMariaDb } from './mariadb.js';
import { redisServer } from './redis.js';
import { mariaDbWithTables, sqliteWithTables } from './schema.js';
/** Temporary folders of this run; removed at its end. */
const folders = [];
export function aFolder() {
    const folder = mkdtempSync(join(tmpdir(), 'darvoza-test-'));
    folders.push(folder);
    return folder;
}
export function removeFolders() {
    for (const folder of folders)
        rmSync(folder, { recursive: true, force: true });
}
const aFile = () => ({ engine: 'sqlite', path: join(aFolder(), 'test.sqlite') });
export const sqlite = { name: 'SQLite', fresh: async () => aFile(), migrated: sqliteWithTables(aFile) };
const mariadb = {
    name: 'MariaDB',
    fresh: async () => (await sharedMariaDb()).create(),
    migrated: mariaDbWithTables(sharedMariaDb),
};
/** Those that this machine has, for what is no test. */
export const engines = () => (mariadbd ? [sqlite, mariadb] : [sqlite]);
/**
 * Describes the same behaviour on each engine.
 * @example onEachEngine('sessions', engine => { it('…', async () => { const server = await aServer({ engine }) }) })
 */
export function onEachEngine(title, define) {
    describe(`${title} (SQLite)`, () => define(sqlite));
    onMariaDb(title, define);
}
/** Describes behaviour that needs MariaDB: several processes on one database. */
export function onMariaDb(title, define) {
    if (mariadbd)
        describe(`${title} (MariaDB)`, () => define(mariadb));
    else
        missing(`${title} (MariaDB)`, 'mariadbd is not installed (apt-get install mariadb-server)');
}
/** Describes behaviour that needs a real Redis. */
export function onRedis(title, define) {
    if (redisServer)
        describe(`${title} (Redis)`, define);
    else
        missing(`${title} (Redis)`, 'redis-server is not installed (apt-get install redis-server)');
}
/** Skips in one clear line; where REQUIRE_ALL is set the skip is a failure. */
export function missing(title, why) {
    it(`${title}: ${why}`, function () {
        skipFor(this, why);
    });
}
/** Skips the test that runs, or those that a hook is for; the one place where anything is skipped. */
export function skipFor(running, why) {
    if (process.env.REQUIRE_ALL)
        throw new Error(why);
    console.log(`      skipped: ${why}`);
    running.skip();
}
/** For what is seen in /proc alone. */
export function needsLinux(running) {
    if (!existsSync('/proc/self/environ'))
        skipFor(running, 'this is no Linux, or /proc is not there');
}
/** For what is read by another program, which may not be installed. */
export function needsProgram(running, name) {
    const { error } = spawnSync(name, ['--version'], { stdio: 'ignore' });
    if (error)
        skipFor(running, `${name} is not installed (apt-get install ${name})`);
}
//# sourceMappingURL=engines.js.map