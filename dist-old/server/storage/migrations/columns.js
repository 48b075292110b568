// How migrations write tables: the same types as entities/columns.ts, in the words that each engine uses when it is asked.
import { Table } from 'typeorm';
export const whole = { type: 'bigint' };
export const text = { type: 'text' };
export const uuid = { type: 'varchar', length: '36' };
export const varchar = (length) => ({ type: 'varchar', length: String(length) });
export const orNull = (column) => ({ ...column, isNullable: true });
/** What each engine calls them when it is asked, so that the drift test finds nothing. */
export function engineTypes(runner) {
    const { driver } = runner.dataSource;
    return {
        flag: { type: String(driver.normalizeType({ type: Boolean })) },
        small: { type: String(driver.normalizeType({ type: 'int' })) },
    };
}
export async function createTable(runner, name, primary, columns, indices = []) {
    await runner.createTable(new Table({
        name,
        columns: Object.entries(columns).map(([column, options]) => ({
            name: column,
            isPrimary: primary.includes(column),
            primaryKeyConstraintName: `${name}_pk`,
            ...options,
        })),
        indices,
    }), 
    // DDL is not transactional on MySQL: a migration that died half-way can run again.
    true);
}
/**
 * Adds the columns that a table lacks, so that a migration that died half-way can run again. On MySQL in one statement: a
 * session table has millions of rows, and each statement would wait for its own lock on it.
 * @param added by name: type, NULL or NOT NULL, default; the same text for both engines
 */
export async function addColumns(runner, table, added) {
    const clauses = [];
    for (const [column, type] of Object.entries(added))
        if (!(await runner.hasColumn(table, column)))
            clauses.push(`ADD COLUMN ${column} ${type}`);
    await alter(runner, table, clauses);
}
/** Takes away those that are there. */
export async function dropColumns(runner, table, names) {
    const clauses = [];
    for (const column of names)
        if (await runner.hasColumn(table, column))
            clauses.push(`DROP COLUMN ${column}`);
    await alter(runner, table, clauses);
}
async function alter(runner, table, clauses) {
    // SQLite changes one column a statement.
    const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
    const statements = isSqlite || clauses.length === 0 ? clauses : [clauses.join(', ')];
    for (const statement of statements)
        await runner.query(`ALTER TABLE ${table} ${statement}`);
}
//# sourceMappingURL=columns.js.map