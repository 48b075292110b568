// Whether what a file wants can be written: all that is wrong is found before anything is, and told together.
import { ownApplicationId } from '../../policy/application-metadata.js';
import { isPermission, isRoleName, mostPermissions } from '../../policy/permissions.js';
import { isPolicyName, isSessionPolicy } from '../../policy/policies.js';
import { whyNotPolicy, whyNotPolicyValue } from '../../policy/policy-values.js';
import { problem } from '../../protocol/problems.js';
import { applicationIdProblem } from '../applications/application-check.js';
import { givenSecretProblem } from '../applications/application-secrets.js';
import { ConfigurationProblems, located, told } from './configuration-problems.js';
import { whole } from './differences.js';
/** All are written in one transaction, which everybody else waits for, and which may take five seconds. */
const mostAtOnce = 500;
export function createConfigurationCheck({ applicationCheck }) {
    async function ofApplication(tx, present, [id, wanted], isDifferent, beside) {
        const before = present.applications.get(id) ?? null;
        const [wrong] = [
            id === ownApplicationId ? problem('application_built_in') : applicationIdProblem(id),
            before?.deletedAt ? problem('application_id_deleted') : null,
        ].filter(one => one !== null);
        if (wrong)
            return { problems: { '': [wrong] }, warnings: [] };
        // What is there and stays so needs no leave.
        if (!isDifferent)
            return { problems: {}, warnings: [] };
        const ofSecret = wanted.secret === null ? null : givenSecretProblem(wanted.secret, wanted.metadata);
        const described = { ...whole(wanted, before), id, isNew: before === null };
        const isGivenSecret = wanted.secret !== null || before === null;
        const found = await applicationCheck.check(tx, { ...described, isGivenSecret }, beside);
        return {
            problems: { ...found.problems, ...(ofSecret && { client_secret_env: [ofSecret] }) },
            warnings: found.warnings,
        };
    }
    return {
        /**
         * @param broken what could not be read: a rule that stumbles over it tells nothing new
         * @returns what one should know all the same
         * @throws ConfigurationProblems
         */
        async require(tx, present, wanted, differences, { prune, apply, broken }) {
            const found = [
                ...broken,
                ...tooMany(differences),
                ...(prune ? emptySections(wanted) : []),
                ...policyProblems(present, wanted.policies ?? new Map(), differences, apply),
            ];
            for (const [name, permissions] of wanted.roles ?? [])
                found.push(...roleProblems(present, name, permissions));
            const beside = besideOf(present, wanted, differences);
            const gone = new Set(differences.roles.flatMap(one => (one.act === 'delete' ? one.name : [])));
            const differing = new Set(differences.applications.map(one => one.id));
            const warnings = [...requiring(present, wanted, gone)];
            for (const entry of wanted.applications ?? []) {
                const [id, { metadata }] = entry;
                const required = Array.isArray(metadata.required_roles) ? metadata.required_roles : [];
                const isDifferent = differing.has(id) || required.some(role => gone.has(role));
                const one = await ofApplication(tx, present, entry, isDifferent, beside);
                found.push(...located(['applications', id], one.problems, entry[1]));
                warnings.push(...one.warnings.map(warning => told(['applications', id], warning)));
            }
            const isNew = ({ path }) => !broken.some(one => isBelow(path, one.path));
            const all = [...broken, ...found.slice(broken.length).filter(isNew)];
            if (all.length > 0)
                throw new ConfigurationProblems(all);
            return warnings;
        },
    };
}
/** Applications that the file does not name, and that ask for a role that goes. */
function* requiring(present, wanted, gone) {
    for (const { id, metadata, deletedAt } of present.applications.values())
        for (const role of metadata.required_roles ?? [])
            if (gone.has(role) && deletedAt === null && !wanted.applications?.has(id)) {
                const text = `asks for the role ${role}, which is deleted`;
                yield { path: ['applications', id, 'required_roles'], code: 'role_deleted', text };
            }
}
function tooMany({ roles, applications }) {
    const count = roles.length + applications.length;
    const text = `${count} roles and applications differ: at most ${mostAtOnce} are written at once; name fewer`;
    return count > mostAtOnce ? [{ path: [], code: 'too_many', text }] : [];
}
/** With nothing in it a section would take everything away: more often a file that was cut off than a wish. */
function emptySections({ roles, applications }) {
    return Object.entries({ roles, applications }).flatMap(([section, named]) => {
        const text = 'is empty, and with --prune all that there is would go: leave the section out, or name what stays';
        return named?.size === 0 ? [{ path: [section], code: 'empty_section', text }] : [];
    });
}
/** Of each by itself, then of all together. */
function policyProblems(present, policies, { policies: differing }, apply) {
    const found = [...policies].flatMap(([name, value]) => {
        const one = whyNotPolicyValue(name, value);
        return one ? [told(['policies', name], one)] : [];
    });
    if (found.length > 0)
        return found;
    const ofAll = differing.filter(({ name }) => apply === 'new' && isPolicyName(name) && !isSessionPolicy(name));
    const whole = { ...present.policy, ...Object.fromEntries(policies) };
    return [
        ...ofAll.map(({ name }) => told(['policies', name], problem('policy_not_of_sessions'))),
        ...(differing.length > 0 ? whyNotPolicy(whole).map(one => told(['policies'], one)) : []),
    ];
}
function roleProblems(present, name, permissions) {
    const path = ['roles', name];
    if (present.roles.some(role => role.builtIn && role.name === name))
        return [told(path, problem('role_built_in'))];
    return [
        ...(isRoleName(name) ? [] : [told(path, problem('role_name'))]),
        ...(new Set(permissions).size > mostPermissions
            ? [told(path, problem('too_many_permissions', { count: mostPermissions }))]
            : []),
        ...permissions.flatMap((one, index) => isPermission(one) ? [] : [told([...path, index], problem('no_permission', { name: one.slice(0, 100) }))]),
    ];
}
/** All that there will be. */
function besideOf(present, { roles, applications }, differences) {
    const gone = new Set(differences.applications.flatMap(one => (one.act === 'delete' ? one.id : [])));
    const goneRoles = new Set(differences.roles.flatMap(one => (one.act === 'delete' ? one.name : [])));
    const after = new Map(present.applications);
    for (const [id, wanted] of applications ?? [])
        after.set(id, { id, ...whole(wanted, present.applications.get(id) ?? null) });
    return {
        roles: [...new Set([...present.roles.map(role => role.name), ...(roles?.keys() ?? [])])].filter(name => !goneRoles.has(name)),
        applications: [...after.values()].filter(one => !gone.has(one.id)),
    };
}
function isBelow(path, other) {
    return other.length <= path.length && other.every((part, index) => part === path[index]);
}
//# sourceMappingURL=configuration-check.js.map