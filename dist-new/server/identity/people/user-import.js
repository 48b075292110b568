import { rolesOfGroups } from '../../policy/group-roles.js';
import { isDuplicate } from '../../storage/database.js';
import { createImportJudgement } from './import-judgement.js';
import { noteOf } from './new-user.js';
/** How often somebody else may be faster with the same name or id. */
const tries = 5;
export function createUserImport(deps) {
    const { database, userStore, roleStore, rights, changes } = deps;
    const judge = createImportJudgement(deps);
    /** @param dryRun says what would happen, and changes nothing */
    function begin(actor, { dryRun }) {
        const so = { ids: new Set(), keys: new Set(), lastId: 0, roles: new Map() };
        async function judgedAndWritten(users) {
            if (dryRun)
                return judge(database, users, so, actor);
            const roles = [...new Set(users.flatMap(user => user.roles ?? []))];
            return changes.run(actor, async (tx, { note }) => {
                const judged = await judge(tx, users, so, actor);
                const { rows, lastId } = judged;
                if (rows.length === 0)
                    return judged;
                await userStore.raiseLastId(tx, lastId);
                await userStore.insertAll(tx, rows);
                for (const row of rows)
                    note(noteOf('user_imported', row, row.id, judged.newIds.has(row.id)));
                return judged;
            }, { roles });
        }
        return {
            /**
             * Roles of groups, made where they are not there.
             * @throws permission_denied
             */
            async addGroups(groups) {
                const planned = async (tx) => {
                    const found = rolesOfGroups(groups, await roleStore.all(tx));
                    const made = found.filter(one => one.outcome === 'made');
                    await rights.requireGiving(tx, actor, new Set(made.flatMap(one => one.permissions)));
                    return { found, made: made.map(({ role, permissions }) => ({ name: role, permissions, builtIn: false })) };
                };
                const write = () => changes.run(actor, async (tx, { note }) => {
                    const { found, made } = await planned(tx);
                    for (const role of made) {
                        await roleStore.insert(tx, role);
                        note({ action: 'role_created', subject: role.name, after: { permissions: role.permissions } });
                    }
                    return { found, made };
                });
                const { found, made } = dryRun ? await planned(database) : await again(write);
                for (const role of made)
                    so.roles.set(role.name, role);
                return found;
            },
            /** @returns what became of each, in their order */
            async addUsers(users) {
                if (users.length === 0)
                    return [];
                const judged = await again(() => judgedAndWritten(users));
                for (const id of judged.ids)
                    so.ids.add(id);
                for (const key of judged.keys)
                    so.keys.add(key);
                so.lastId = judged.lastId;
                return judged.outcomes;
            },
        };
    }
    return { begin };
}
/** Somebody else took a name or an id between the look and the write: the next look sees them. */
async function again(work) {
    for (let attempt = 1;; attempt++) {
        try {
            return await work();
        }
        catch (error) {
            if (!isDuplicate(error) || attempt === tries)
                throw error;
        }
    }
}
//# sourceMappingURL=user-import.js.map