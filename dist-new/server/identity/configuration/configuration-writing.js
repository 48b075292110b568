import { takesOfAskers } from '../../policy/application-takings.js';
import { whole } from './differences.js';
export function createConfigurationWriting(deps) {
    const { roleStore, applicationStore, logHeadStore, secretChanges, roles, applications } = deps;
    async function writeRoles(tx, change, { roles: each }, actor) {
        for (const { name, act, after } of each) {
            if (act === 'create')
                await roles.createIn(tx, change, name, after, actor);
            else if (act === 'change')
                await roles.updateIn(tx, change, name, { permissions: after }, actor);
            else
                await roles.removeIn(tx, change, name, actor);
        }
    }
    /** @returns the secret that was made for it, or null */
    async function writeApplication(tx, change, { id, act }, present, wanted, actor) {
        if (act === 'delete') {
            await applications.removeIn(tx, change, id, actor);
            return null;
        }
        const one = wanted.applications.get(id);
        const before = present.applications.get(id) ?? null;
        const { active, ...after } = whole(one, before);
        if (before === null) {
            const given = one.secret ?? true;
            const made = await applications.createIn(tx, change, { id, ...after }, after.origin, actor, given);
            if (!active)
                await applications.setActiveIn(tx, change, id, false, actor);
            return one.secret === null ? made.secret : null;
        }
        await applications.changeIn(tx, change, before, after, actor, one.secret !== null);
        if (one.secret !== null)
            await secretChanges.takeIn(tx, change, id, one.secret);
        await applications.setActiveIn(tx, change, id, active, actor);
        return null;
    }
    return {
        /** All rows that a trigger may lock before the heads of the logs, each kind by its names; then both heads. */
        async lock(tx, differences, wanted) {
            await roleStore.lockAll(tx, differences.roles.map(one => one.name));
            const ids = differences.applications.map(one => one.id);
            const taken = [];
            for (const before of await applicationStore.some(tx, ids)) {
                const one = wanted.applications?.get(before.id);
                const after = one ? whole(one, before) : { ...before, active: false };
                taken.push(...takesOfAskers(before, after));
            }
            await applicationStore.lockAll(tx, [...ids, ...(await applicationStore.askersOf(tx, taken))]);
            await logHeadStore.lock(tx);
        },
        /**
         * Roles and applications; the policy has a writer of its own.
         * @returns secrets that were made, by the ids of their applications
         */
        async write(tx, change, differences, present, wanted, actor) {
            await writeRoles(tx, change, differences, actor);
            const secrets = new Map();
            for (const one of inOrder(differences, present, wanted)) {
                const secret = await writeApplication(tx, change, one, present, wanted, actor);
                if (secret !== null)
                    secrets.set(one.id, secret);
            }
            return secrets;
        },
    };
}
/** An identifier is free before another application takes it, and scopes are there before somebody asks for them. */
function inOrder({ applications }, present, wanted) {
    const rank = ({ id, act }) => {
        const [had, has] = [present.applications.get(id)?.resource ?? null, wanted.applications?.get(id)?.resource ?? null];
        if (act === 'delete')
            return 0;
        if (had !== null && had !== has)
            return 1;
        return has !== null ? 2 : 3;
    };
    return applications.toSorted((one, other) => rank(one) - rank(other));
}
//# sourceMappingURL=configuration-writing.js.map