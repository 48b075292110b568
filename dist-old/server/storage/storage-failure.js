// What a database refuses, and whether it may work later. Whatever it refuses passes: rights are given back, limits end,
// disks are emptied, migrations finish. Except what it refuses because of the statement itself, or of the values in it.
/**
 * A statement that failed: the driver's code, what it said where that is safe to tell, and the statement with its `?` marks;
 * never a value.
 */
export class StorageFailure extends Error {
    constructor(code, statement, detail = '', 
    /** The mistake is in this program: the same again would fail again. */
    isOurs = false) {
        super(`${code}${detail && ` (${detail})`}: ${statement.replace(/\s+/g, ' ').slice(0, 200)}`);
        this.code = code;
        this.statement = statement;
        this.detail = detail;
        this.isOurs = isOurs;
        this.name = 'StorageFailure';
    }
    static from(error, statement) {
        const driverError = (error.driverError ?? error);
        const { code, errno, sqlState = '' } = driverError;
        const said = String(driverError.message ?? driverError);
        // One that writes many rows is very long, and a log holds it whole.
        const short = statement.slice(0, 2_000);
        if (typeof code === 'string')
            return new StorageFailure(code, short, tellsNoValue.test(code) ? said : '', isOurMistake(code, sqlState, said));
        // The driver knows MySQL's codes; of MariaDB's own there is a number.
        if (typeof errno === 'number')
            return new StorageFailure(`ER_${errno}`, short, '', isOurMistake(`ER_${errno}`, sqlState, said));
        return new StorageFailure('UNKNOWN', short, said, !aboutConnections.test(said));
    }
}
/** The database is one that this program must not use as it is; trying again is of no use. */
export class UnfitDatabase extends Error {
    constructor() {
        super(...arguments);
        this.name = 'UnfitDatabase';
    }
}
/** What the driver says to these holds names of columns and hosts, and nothing that somebody typed in. */
const tellsNoValue = /^(HANDSHAKE_.*|SQLITE_ERROR|ER_BAD_FIELD_ERROR|ER_NO_SUCH_TABLE|ER_UNKNOWN_SYSTEM_VARIABLE)$/;
/** The drivers give no code to these; whatever else has none is a mistake of ours, and its message is needed to find it. */
const aboutConnections = /queue limit|pool is closed|no connections available|in closed state|connection is not open/i;
/** Of SQLSTATE (ISO 9075): the wrong number of values, values that do not fit, rows that break a constraint. */
const ourStates = /^2[123]/;
/** Beside those, as their SQLSTATE is that of rights and limits too, or none. */
const ourCodes = new Set([
    'ER_PARSE_ERROR',
    'ER_SYNTAX_ERROR',
    'ER_EMPTY_QUERY',
    'ER_NONUNIQ_TABLE',
    'ER_WRONG_FIELD_WITH_GROUP',
    'ER_MIX_OF_GROUP_FUNC_AND_FIELDS',
    'ER_INVALID_GROUP_FUNC_USE',
    'ER_FIELD_SPECIFIED_TWICE',
    'ER_CANT_AGGREGATE_2COLLATIONS',
    'ER_CANT_AGGREGATE_NCOLLATIONS',
    'ER_NO_DEFAULT_FOR_FIELD',
    'ER_SP_DOES_NOT_EXIST',
    'SQLITE_MISMATCH',
    'SQLITE_MISUSE',
    'SQLITE_RANGE',
    'SQLITE_TOOBIG',
]);
function isOurMistake(code, sqlState, said) {
    // Node's own about arguments: a value of a kind that no database takes.
    if (code.startsWith('SQLITE_CONSTRAINT') || code.startsWith('ERR_INVALID_'))
        return true;
    // One code for all that is wrong in a statement. What is missing is no mistake of the statement: somebody migrates or
    // restores the database at this moment. (MySQL has codes of their own for these, which are not listed above.)
    if (code === 'SQLITE_ERROR')
        return !/^no such (table|column)|has no column named/.test(said);
    return ourStates.test(sqlState) || ourCodes.has(code);
}
/** A unique index refused the row. */
export function isDuplicate(error) {
    return (error instanceof StorageFailure &&
        ['ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY'].includes(error.code));
}
/** The whole transaction was rolled back by the database, and may be run again at once. */
export function isDeadlock(error) {
    return error.code === 'ER_LOCK_DEADLOCK';
}
/** It may work later, as it is: the answer is 503, never a refusal that would sign somebody out. */
export function isPassing(error) {
    return !error.isOurs;
}
//# sourceMappingURL=storage-failure.js.map