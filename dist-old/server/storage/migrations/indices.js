/** What is there is left alone, and what is not there is not dropped: a migration that died half-way can run again. */
export async function moveIndices(runner, { from, to }) {
    const there = await present(runner);
    const isThere = (table, name, columns) => there.get(`${table}.${name}`)?.join() === columns.join();
    for (const table of new Set([...Object.keys(from), ...Object.keys(to)])) {
        const dropped = Object.entries(from[table] ?? {}).filter(([name, columns]) => isThere(table, name, columns));
        const added = Object.entries(to[table] ?? {}).filter(([name, columns]) => !isThere(table, name, columns));
        for (const statement of statements(runner, table, dropped, added))
            await runner.query(statement);
    }
}
function statements(runner, table, dropped, added) {
    if (isSqlite(runner))
        return [
            ...dropped.map(([name]) => `DROP INDEX "${name}"`),
            ...added.map(([name, columns]) => `CREATE INDEX "${name}" ON "${table}" (${columns.map(column => `"${column}"`).join(', ')})`),
        ];
    const changes = [
        ...dropped.map(([name]) => `DROP INDEX ${name}`),
        ...added.map(([name, columns]) => `ADD INDEX ${name} (${columns.join(', ')})`),
    ];
    return changes.length > 0 ? [`ALTER TABLE \`${table}\` ${changes.join(', ')}`] : [];
}
async function present(runner) {
    const rows = (await runner.query(isSqlite(runner)
        ? `SELECT m.tbl_name AS tableName, m.name AS indexName, i.name AS columnName
         FROM sqlite_master m JOIN pragma_index_info(m.name) i WHERE m.type = 'index' ORDER BY m.name, i.seqno`
        : `SELECT table_name AS tableName, index_name AS indexName, column_name AS columnName
         FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY index_name, seq_in_index`));
    const found = new Map();
    for (const { tableName, indexName, columnName } of rows) {
        const key = `${tableName}.${indexName}`;
        found.set(key, [...(found.get(key) ?? []), columnName]);
    }
    return found;
}
function isSqlite(runner) {
    return runner.dataSource.options.type === 'better-sqlite3';
}
//# sourceMappingURL=indices.js.map