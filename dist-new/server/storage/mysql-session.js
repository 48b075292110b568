import { namesOf, sessionVariables, settingEverywhere, settingThem, wideningThem, } from './mysql-variables.js';
/** How long a new connection may take to be settled, in ms; a hung server would otherwise keep its place in the pool. */
const patience = 3_000;
export function createSettling(variables) {
    const settled = new WeakSet();
    let statement = null;
    async function settle(connection) {
        // The pool's own listener is there for the first error alone; a second would end the process.
        connection.on('error', () => { });
        const ask = asking(connection);
        statement ??= await statementFor(ask);
        try {
            await ask(statement);
        }
        catch (error) {
            if (error.code !== 'ER_UNKNOWN_SYSTEM_VARIABLE')
                throw error;
            // Another version of the server runs now: one of them was removed there.
            statement = await statementFor(ask);
            await ask(statement);
        }
        settled.add(connection);
    }
    async function statementFor(ask) {
        // With these alone looking is safe: a limit of one row for every SELECT holds for SHOW too.
        await ask(settingEverywhere(variables));
        return settingThem(variables, await shownTo(ask, variables));
    }
    return { settle, isSettled: (connection) => settled.has(connection) };
}
/** Gives what changes the schema the time it needs; the connection is not to be used for anything else afterwards. */
export async function widenForMigrations(ask) {
    const variables = sessionVariables('');
    await ask(wideningThem(variables, await shownTo(ask, variables)));
}
function asking(connection) {
    return sql => new Promise((resolve, reject) => {
        connection.query({ sql, timeout: patience }, (error, rows) => error ? reject(error) : resolve(rows));
    });
}
/** Those of the variables that the server has. */
export async function shownTo(ask, variables) {
    const names = namesOf(variables).map(name => `'${name}'`);
    const rows = await ask(`SHOW SESSION VARIABLES WHERE Variable_name IN (${names.join(', ')})`);
    return new Map(rows.map(row => [row.Variable_name, row.Value]));
}
/** Not plain utf8mb4_bin: it pads, so that an id and the same id with a space behind it are one. */
export async function binaryCollation(ask) {
    const [row] = (await ask('SELECT VERSION() AS version'));
    return /mariadb/i.test(row.version) ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin';
}
//# sourceMappingURL=mysql-session.js.map