import { insertion, placeholders } from './statement.js';
const highestCount = 10_000;
const countedAtOnce = 100;
const selectRoles = 'SELECT r.name AS name, r.permissions AS permissions, r.built_in AS builtIn FROM role r ORDER BY r.name';
export function createRoleStore(dialect) {
    return {
        /** Locks a role until the transaction ends; null where there is none. */
        async lock(tx, name) {
            const rows = await tx.read(`SELECT name, permissions, built_in AS builtIn FROM role WHERE name = ?${dialect.forUpdate}`, [name]);
            return rows[0] ? readRole(rows[0]) : null;
        },
        /**
         * Locks the roles of some users, of whom there must be one, and others, in the order of their names.
         * @param how `share`: so that nobody changes them, while others may hold them likewise
         */
        async lockOf(tx, userIds, others, how) {
            // SQLite's transactions have the one write lock already.
            if (dialect.forUpdate === '')
                return;
            const held = await tx.read(`SELECT DISTINCT role_name AS name FROM user_role WHERE user_id IN (${placeholders(userIds.length)})`, userIds);
            const each = [...new Set([...others, ...held.map(row => row.name)])].sort();
            if (each.length === 0)
                return;
            // MariaDB knows no FOR SHARE.
            const lock = how === 'update' ? dialect.forUpdate : ' LOCK IN SHARE MODE';
            await tx.read(`SELECT name FROM role WHERE name IN (${placeholders(each.length)}) ORDER BY name${lock}`, each);
        },
        /** In the order of their names; those that are none are passed over. */
        async lockAll(tx, names) {
            for (const name of names.toSorted())
                await this.lock(tx, name);
        },
        /** By name. */
        all: async (tx) => (await tx.read(selectRoles)).map(readRole),
        async list(tx) {
            const rows = await tx.read(selectRoles);
            const counts = new Map();
            for (let from = 0; from < rows.length; from += countedAtOnce) {
                const names = rows.slice(from, from + countedAtOnce).map(row => row.name);
                const each = names.map(() => `SELECT ? AS name, COUNT(*) AS count FROM
            (SELECT 1 FROM user_role ur WHERE ur.role_name = ? LIMIT ${highestCount + 1}) t`);
                const found = await tx.read(each.join(' UNION ALL '), names.flatMap(name => [name, name]));
                for (const { name, count } of found)
                    counts.set(name, count);
            }
            return rows.map(row => {
                const count = counts.get(row.name) ?? 0;
                return { ...readRole(row), holders: { count: Math.min(count, highestCount), more: count > highestCount } };
            });
        },
        async insert(tx, { name, permissions, builtIn }) {
            await tx.write(...insertion('role', { name, permissions: JSON.stringify(permissions), builtIn }));
        },
        async setPermissions(tx, name, permissions) {
            await tx.write('UPDATE role SET permissions = ? WHERE name = ?', [JSON.stringify(permissions), name]);
        },
        /** Its holders keep it under the new name. */
        async rename(tx, name, newName) {
            await tx.write('UPDATE role SET name = ? WHERE name = ?', [newName, name]);
            await tx.write('UPDATE user_role SET role_name = ? WHERE role_name = ?', [newName, name]);
        },
        /** Its holders lose it. */
        async delete(tx, name) {
            await tx.write('DELETE FROM user_role WHERE role_name = ?', [name]);
            await tx.write('DELETE FROM role WHERE name = ?', [name]);
        },
    };
}
function readRole({ name, permissions, builtIn }) {
    return { name, permissions: JSON.parse(permissions), builtIn: builtIn === 1 };
}
//# sourceMappingURL=roles.js.map