import { compareInBinary, refuseUnfit, remarksOn } from '../mysql-fitness.js';
import { binaryCollation, createSettling, shownTo } from '../mysql-session.js';
import { sessionVariables } from '../mysql-variables.js';
import { secureContext } from '../tls.js';
import { refuseOver, } from './connections.js';
/** @throws UnfitDatabase, or what the driver throws */
export async function openMysql(address) {
    return connectionsOn(await aPool(address));
}
export async function aPool(address) {
    const { createPool } = await import('mysql2');
    return createPool(poolOptions(address));
}
/** Makes every connection of the pool speak with our settings, and looks whether the database is one to rely on. */
export async function connectionsOn(pool) {
    try {
        const first = await taken(pool);
        const ask = async (sql) => (await sent(first, sql, []));
        const collation = await binaryCollation(ask);
        const variables = sessionVariables(collation);
        const settling = createSettling(variables);
        await settling.settle(first);
        await compareInBinary(ask, collation);
        await refuseUnfit(ask, collation, variables, await shownTo(ask, variables));
        const remarks = await remarksOn(ask);
        first.release();
        return lending(pool, settling, remarks);
    }
    catch (error) {
        await ended(pool).catch(() => { });
        throw error;
    }
}
function poolOptions(address) {
    return {
        host: address.host,
        port: address.port,
        user: address.user,
        password: address.password,
        database: address.name,
        timezone: 'Z',
        charset: 'utf8mb4_bin',
        supportBigNumbers: true,
        bigNumberStrings: false,
        stringifyObjects: true,
        connectTimeout: 3_000,
        connectionLimit: 10,
        queueLimit: 2_000,
        // Of one connection; those that were used last. A batch of refreshes has one text for each power of two.
        maxPreparedStatements: 50,
        // A stack for every query; the failure names its statement.
        trace: false,
        // The host is one: see the settings.
        ...(address.tls && { ssl: { ...secureContext(address.tls), verifyIdentity: address.tls.verify === 'full' } }),
    };
}
function lending(pool, { settle, isSettled }, remarks) {
    let closed = null;
    /** Nobody gets a connection before our settings are in force on it: one more trip for each new one, and none for a statement. */
    async function settledOne() {
        const connection = await taken(pool);
        if (isSettled(connection))
            return connection;
        try {
            await settle(connection);
        }
        catch (error) {
            // One that cannot be settled must not be used.
            connection.destroy();
            throw error;
        }
        return connection;
    }
    function lend() {
        let over = null;
        let coming = null;
        let connection = null;
        async function query(sql, values = [], often = false) {
            refuseOver(over);
            if (!connection) {
                coming ??= settledOne();
                connection = await coming;
                refuseOver(over);
            }
            const result = await (often ? executed : sent)(connection, sql, values);
            return Array.isArray(result)
                ? { rows: result }
                : { affected: result.affectedRows ?? 0 };
        }
        return {
            query,
            begin: async () => void (await query('START TRANSACTION')),
            commit: async () => void (await query('COMMIT')),
            rollback: async () => void (await query('ROLLBACK')),
            release() {
                if (over)
                    return;
                over = 'released';
                connection?.release();
            },
            /** A hung server answers nothing and closes nothing: its connection is closed here, and the pool makes another. */
            discard() {
                if (over)
                    return;
                over = 'discarded';
                if (connection)
                    connection.destroy();
                // Nothing was sent on it.
                else
                    coming?.then(unused => unused.release(), () => { });
            },
        };
    }
    return {
        engine: 'mysql',
        remarks,
        reader: lend,
        writer: lend,
        close() {
            closed ??= ended(pool);
            return closed;
        },
    };
}
function taken(pool) {
    return new Promise((resolve, reject) => {
        pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection)));
    });
}
function sent(connection, sql, values) {
    return new Promise((resolve, reject) => {
        connection.query(sql, values, (error, result) => (error ? reject(error) : resolve(result)));
    });
}
/** The server parses its text once for each connection. */
async function executed(connection, sql, values) {
    try {
        return await new Promise((resolve, reject) => {
            connection.execute(sql, values, (error, result) => (error ? reject(error) : resolve(result)));
        });
    }
    catch (error) {
        // All connections to the server share its limit, and not all are ours.
        if (error.code !== 'ER_MAX_PREPARED_STMT_COUNT_REACHED')
            throw error;
        return sent(connection, sql, values);
    }
}
function ended(pool) {
    return new Promise((resolve, reject) => {
        pool.end(error => (error ? reject(error) : resolve()));
    });
}
//# sourceMappingURL=mysql.js.map