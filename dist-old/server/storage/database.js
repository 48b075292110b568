// The one way to the database: explicit SQL with `?` marks, on SQLite and on MySQL alike. What connections are lies beneath;
// the stores beside this file say what the statements are.
import { setTimeout as pause } from 'node:timers/promises';
import { Refusal, refuse } from '../protocol/errors.js';
import { rowsOf, } from './connections/connections.js';
import { openMysql } from './connections/mysql.js';
import { openSqlite } from './connections/sqlite.js';
import { isDeadlock, isDuplicate, isPassing, StorageFailure, UnfitDatabase } from './storage-failure.js';
import { unguarded } from './transaction-guard.js';
import { createWriteHealth } from './write-health.js';
/** How long one statement or transaction may take, waiting for a connection included, in ms. */
const deadline = 5_000;
const deadlockTries = 8;
/**
 * Connects; migrates nothing.
 * @throws database_unavailable, UnfitDatabase
 */
export async function openDatabase(address, log = { error() { }, info() { } }, guard = unguarded) {
    const writes = createWriteHealth({ log, monotonic: () => performance.now() });
    const connections = await openConnections(address);
    const dialect = connections.engine === 'sqlite'
        ? { engine: 'sqlite', forUpdate: '', now: null }
        : { engine: 'mysql', forUpdate: ' FOR UPDATE', now: 'CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)' };
    function refuseStray() {
        if (guard.isInside(connections))
            throw new Error('a statement inside a transaction must use the transaction it was given');
    }
    /** Whoever loses a deadlock was rolled back whole, a statement by itself too, and is run again. */
    async function afresh(work) {
        refuseStray();
        for (let attempt = 1;; attempt++) {
            try {
                return await work();
            }
            catch (error) {
                const again = error instanceof StorageFailure && isDeadlock(error) && attempt < deadlockTries;
                if (!again)
                    throw asRefusal(error);
                // Those who met each other once do not set out together again.
                await pause(Math.random() * 5 * attempt);
            }
        }
    }
    const reading = (work) => afresh(() => inTime(connections.reader(), work));
    const writing = (work) => afresh(async () => {
        try {
            const result = await inTime(connections.writer(), work);
            writes.succeeded();
            return result;
        }
        catch (error) {
            if (error instanceof StorageFailure)
                writes.failed(error);
            throw error;
        }
    });
    return {
        dialect,
        connections,
        remarks: connections.remarks,
        transaction: work => writing(lent => inOneTransaction(lent, () => guard.run(connections, () => work(queriesOn(lent))))),
        read: (sql, values, often) => reading(lent => queriesOn(lent).read(sql, values, often)),
        write: (sql, values = []) => writing(lent => queriesOn(lent).write(sql, values)),
        writeTrouble: writes.trouble,
        close: connections.close,
    };
}
async function openConnections(address) {
    try {
        return await (address.engine === 'sqlite' ? openSqlite(address.path) : openMysql(address));
    }
    catch (error) {
        throw asRefusal(translated(error, 'connect'));
    }
}
async function inOneTransaction(lent, work) {
    try {
        await lent.begin();
    }
    catch (error) {
        throw translated(error, 'BEGIN');
    }
    let result;
    try {
        result = await work();
    }
    catch (error) {
        await rollBack(lent);
        // The first error is the one to tell.
        throw error;
    }
    try {
        await lent.commit();
    }
    catch (error) {
        await rollBack(lent);
        throw translated(error, 'COMMIT');
    }
    return result;
}
async function rollBack(lent) {
    try {
        await lent.rollback();
    }
    catch {
        // Back in the pool it would lend its open transaction to the next caller; it rolls back by dying.
        lent.discard();
    }
}
function queriesOn(lent) {
    const run = async (sql, values, often = false) => {
        refuseWhatIsNoNumber(values, sql);
        if (often)
            refuseWhatIsNoText(values, sql);
        try {
            return await lent.query(sql, values, often);
        }
        catch (error) {
            throw translated(error, sql);
        }
    };
    return {
        read: async (sql, values = [], often) => rowsOf(await run(sql, values, often !== undefined)),
        async write(sql, values = []) {
            const answer = await run(sql, values);
            return 'affected' in answer ? answer.affected : 0;
        },
    };
}
/** The driver of MySQL would write `NaN` into the statement, where it is the name of a column; SQLite would take it for NULL. */
function refuseWhatIsNoNumber(values, sql) {
    const at = values.findIndex(value => typeof value === 'number' && !Number.isFinite(value));
    if (at !== -1)
        throw new TypeError(`value ${at + 1} is ${values[at]}: ${sql.replace(/\s+/g, ' ').slice(0, 200)}`);
}
/** The driver of MySQL would send numbers to a prepared statement as DOUBLE: no index of whole numbers is read by one. */
function refuseWhatIsNoText(values, sql) {
    const at = values.findIndex(value => typeof value !== 'string');
    if (at !== -1)
        throw new TypeError(`value ${at + 1} is no text: ${sql.replace(/\s+/g, ' ').slice(0, 200)}`);
}
/** A hung server answers nothing and closes nothing: past the deadline its connection is thrown away. */
async function inTime(lent, work) {
    let late = false;
    let timer;
    const timeout = new Promise((_, reject) => {
        timer = setTimeout(() => {
            late = true;
            reject(new StorageFailure('DEADLINE', 'no answer in time'));
        }, deadline);
    });
    try {
        return await Promise.race([work(lent), timeout]);
    }
    finally {
        clearTimeout(timer);
        if (late)
            lent.discard();
        else
            lent.release();
    }
}
/** What the driver threw, without the values that were in the statement. */
function translated(error, statement) {
    if (error instanceof Refusal || error instanceof StorageFailure || error instanceof UnfitDatabase)
        return error;
    return StorageFailure.from(error, statement);
}
function asRefusal(error) {
    if (error instanceof StorageFailure && isPassing(error))
        return refuse('database_unavailable', { retryAfter: 1, cause: error });
    return error;
}
export { isDuplicate };
//# sourceMappingURL=database.js.map