/** What runs by itself: the log's head is read four times a second, and with it whatever is in force. */
const byItself = /\bheartbeat\b|FROM policy_version/;
/** What a server asks its database for while something is done, inside transactions too; what runs by itself aside. */
export async function textsOf(server, work) {
    const { database } = server.composed.parts.storage;
    const { read, write, transaction } = database;
    const asked = [];
    const noted = (queries) => ({
        read(sql, values) {
            note(sql);
            return queries.read(sql, values);
        },
        write(sql, values) {
            note(sql);
            return queries.write(sql, values);
        },
    });
    const note = (sql) => {
        if (!byItself.test(sql))
            asked.push(sql.replace(/\s+/g, ' ').trim());
    };
    Object.assign(database, noted({ read, write }), {
        transaction: (inside) => transaction(tx => inside(noted(tx))),
    });
    try {
        await work();
    }
    finally {
        Object.assign(database, { read, write, transaction });
    }
    return asked;
}
/** The first word of each, in their order. */
export async function statementsOf(server, work) {
    return (await textsOf(server, work)).map(sql => sql.split(' ', 1)[0]);
}
/** How many read, and how many write. */
export async function countOf(server, work) {
    const verbs = await statementsOf(server, work);
    const reads = verbs.filter(verb => verb === 'SELECT').length;
    return { reads, writes: verbs.length - reads };
}
//# sourceMappingURL=statements.js.map