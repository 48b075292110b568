/** How many sessions each of the crowd has, who are for bulk ends. */
export const crowdSessions = 200;
export const crowdOf = (index) => firstId - 1 - index;
export const crowds = 10;
const firstId = 1_000_001;
const day = 86_400_000;
const chunk = 100_000;
/** A text that looks random and is the same in each run, shaped as a UUID. */
const uuid = (prefix, number) => [9, 14, 19, 24].reduce((text, at) => `INSERT(${text}, ${at}, 0, '-')`, `MD5(CONCAT('${prefix}', ${number}))`);
/**
 * Copies one row as often as it is told.
 * @param changes by column: what it is instead, an expression in which `n.seq` counts from 1
 */
async function copy(ground, table, where, count, changes) {
    const { database, write } = ground;
    const columns = await database.read(`SELECT column_name AS name FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position`, [table]);
    const names = columns.map(({ name }) => name);
    const values = names.map(name => changes[name] ?? `t.${name}`);
    for (let from = 1; from <= count; from += chunk)
        await write(`INSERT INTO ${table} (${names.join(', ')}) SELECT ${values.join(', ')}
       FROM (SELECT * FROM ${table} WHERE ${where} LIMIT 1) t
       CROSS JOIN seq_${from}_to_${Math.min(from + chunk - 1, count)} n`);
}
/** @param template a user who has signed in once */
export async function fill(ground, template, { users, sessions }, now) {
    const person = (number) => `${firstId} + (${number}) MOD ${users}`;
    await copy(ground, 'user', `id = ${template}`, users, {
        id: `${firstId - 1} + n.seq`,
        username: "CONCAT('user', n.seq)",
        username_key: "CONCAT('user', n.seq)",
        first_name: "CONCAT('first', n.seq MOD 997)",
        last_name: "CONCAT('last', n.seq MOD 9973)",
        email: "CONCAT('user', n.seq, '@example.com')",
        email_key: "CONCAT('user', n.seq, '@example.com')",
    });
    await copy(ground, 'user', `id = ${template}`, crowds, {
        id: `${firstId} - n.seq`,
        username: "CONCAT('crowd', n.seq)",
        username_key: "CONCAT('crowd', n.seq)",
    });
    const words = ["CONCAT('user', n.seq)", "CONCAT('first', n.seq MOD 997)", "CONCAT('last', n.seq MOD 9973)"];
    for (const word of words)
        await copy(ground, 'user_word', `user_id = ${template}`, users, { user_id: `${firstId - 1} + n.seq`, word });
    await copy(ground, 'device', `user_id = ${template}`, users + crowds, {
        id: uuid('device', 'n.seq'),
        // Those behind the last user are the crowd's.
        user_id: `IF(n.seq <= ${users}, ${person('n.seq - 1')}, ${firstId} - (n.seq - ${users}))`,
        client_device: 'NULL',
        address: "CONCAT('100.64.', n.seq MOD 250, '.', n.seq DIV 250 MOD 250)",
        last_seen_at: `${now} - (n.seq * 7919) MOD ${20 * day}`,
    });
    // One in five is over, one of them in ten for so long that it is to be forgotten.
    const isOver = '(n.seq DIV 5) MOD 5 = 0';
    const isOld = '(n.seq DIV 25) MOD 10 = 0';
    const createdAt = `${now} - IF(${isOver} AND ${isOld}, ${120 * day}, 0) - (n.seq * 7919) MOD ${20 * day}`;
    await copy(ground, 'session', `user_id = ${template}`, sessions, {
        id: uuid('session', 'n.seq'),
        user_id: person('n.seq - 1'),
        device_id: uuid('device', `1 + (n.seq - 1) MOD ${users}`),
        created_at: createdAt,
        last_seen_at: createdAt,
        rotated_at: createdAt,
        expires_at: `IF(${isOver}, ${createdAt} + ${day}, ${now + day})`,
        ended_at: `IF(${isOver}, ${createdAt} + ${day / 2}, NULL)`,
        ended_reason: `IF(${isOver}, 'sign_out', NULL)`,
        ended_by: `IF(${isOver}, 'system', NULL)`,
    });
    await copy(ground, 'session', `user_id = ${template}`, crowds * crowdSessions, {
        id: uuid('crowd', 'n.seq'),
        user_id: `${firstId} - 1 - (n.seq - 1) MOD ${crowds}`,
        device_id: uuid('device', `${users} + 1 + (n.seq - 1) MOD ${crowds}`),
        created_at: `${now} - n.seq`,
    });
    await ground.write('ANALYZE TABLE session, user, device, user_word');
}
//# sourceMappingURL=scale-rows.js.map