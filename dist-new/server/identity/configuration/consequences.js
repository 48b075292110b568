import { usesSecret } from '../../policy/application-defaults.js';
import { ownLifetimes } from '../../policy/application-metadata.js';
import { takesOfAskers, takesOfItsOwn } from '../../policy/application-takings.js';
import { canonical } from '../../protocol/json.js';
import { whole } from './differences.js';
export function createConsequences(deps) {
    const { database, applicationStore, policies, roles, applications, now } = deps;
    async function ofApplication({ id, act, secret }, present, wanted) {
        const before = present.applications.get(id);
        if (!before)
            return { sessions: null, users: null, lifetimes: null, stale: [], secrets: 0 };
        const after = act === 'delete' ? { ...before, ...nothing } : whole(wanted.applications.get(id), before);
        const isOver = before.active && !after.active;
        const counts = isOver ? await applications.counts(id) : { sessions: null, users: null };
        const [had, has] = [ownLifetimes(before.metadata), ownLifetimes(after.metadata)];
        const isOtherLife = !isOver && canonical(had) !== canonical(has);
        const stale = new Set(await applicationStore.askersOf(database, takesOfAskers(before, after)));
        const isOtherSecret = secret === 'given';
        const loses = isOtherSecret || act === 'delete' || (usesSecret(before.metadata) && !usesSecret(after.metadata));
        if (!isOver && (loses || takesOfItsOwn(before, after)))
            stale.add(id);
        else
            stale.delete(id);
        return {
            ...counts,
            lifetimes: isOtherLife ? await applications.previewLifetimes(id, has) : null,
            stale: [...stale].sort(),
            secrets: loses ? (await applicationStore.liveSecrets(database, id, now())).length : 0,
        };
    }
    return {
        /** Nothing is changed, and nothing locked. @throws invalid_fields of the policies */
        async of(differences, present, wanted, apply, actor) {
            const values = valuesOf(differences);
            const preview = differences.policies.length > 0 ? await policies.preview(values, actor, apply) : null;
            const holders = new Map((await roles.list()).map(role => [role.name, role.holders]));
            const touched = differences.roles.filter(one => one.act !== 'create');
            const ofApplications = new Map();
            for (const one of differences.applications)
                ofApplications.set(one.id, await ofApplication(one, present, wanted));
            return {
                policies: preview,
                roles: new Map(touched.map(({ name }) => [name, holders.get(name) ?? { count: 0, more: false }])),
                applications: ofApplications,
            };
        },
    };
}
const nothing = { active: false, metadata: {}, resource: null, resourceScopes: [] };
/** What is to be set. */
export function valuesOf({ policies }) {
    return Object.fromEntries(policies.map(({ name, after }) => [name, after]));
}
//# sourceMappingURL=consequences.js.map