import { firstPolicy, readPolicy } from '../../policy/policies.js';
import { Refusal, refuse } from '../../protocol/errors.js';
import { publicApplication } from '../applications/public-application.js';
import { ConfigurationProblems, told } from './configuration-problems.js';
import { valuesOf } from './consequences.js';
import { areSame, differencesOf, isNothing } from './differences.js';
export function createConfiguration(deps) {
    const { database, policyVersionStore, roleStore, applicationStore, applicationSecrets } = deps;
    const { policies, roles, configurationCheck, configurationWriting, consequences, changes } = deps;
    async function presentIn(tx, wanted) {
        const latest = await policyVersionStore.latest(tx);
        const named = [...(wanted.applications?.keys() ?? [])];
        const found = [
            ...(await applicationStore.ofOrigin(tx, 'administrator')),
            // What it has to do with the others is a part of being right.
            ...(await applicationStore.knownToAll(tx)),
            ...(await applicationStore.some(tx, named)),
        ];
        const otherSecrets = new Set();
        for (const [id, { secret }] of wanted.applications ?? [])
            if (secret !== null && !(await applicationSecrets.holds(tx, id, secret)))
                otherSecrets.add(id);
        return {
            policy: latest ? readPolicy(latest.policy) : firstPolicy,
            roles: await roleStore.all(tx),
            applications: new Map(found.map(one => [one.id, one])),
            otherSecrets,
        };
    }
    return {
        async show() {
            const { policy } = await policies.show();
            const own = (await roles.all()).filter(role => !role.builtIn);
            const found = await applicationStore.ofOrigin(database, 'administrator');
            return { policy, roles: own, applications: found.map(publicApplication) };
        },
        /**
         * What a file would change, and what that would end. Changes nothing.
         * @param broken what could not be read of it, told together with what else is wrong
         * @throws ConfigurationProblems
         */
        async plan(wanted, { prune, apply }, actor, broken = []) {
            const present = await presentIn(database, wanted);
            const differences = differencesOf(present, wanted, prune);
            const warnings = await configurationCheck.require(database, present, wanted, differences, {
                prune,
                apply,
                broken,
            });
            try {
                return {
                    differences,
                    warnings,
                    consequences: await consequences.of(differences, present, wanted, apply, actor),
                };
            }
            catch (error) {
                throw asProblems(error);
            }
        },
        /**
         * Makes it so: all of it or nothing.
         * @param shown what somebody has said yes to; what differs otherwise by now is not written over
         * @param reason why; every entry of the audit log has it
         * @throws configuration_conflict, invalid_fields, permission_denied; nothing has changed then
         */
        async apply(wanted, shown, { prune, apply, reason }, actor) {
            if (isNothing(shown))
                return { version: null, secrets: new Map() };
            const work = async (tx, plain) => {
                await configurationWriting.lock(tx, shown, wanted);
                const present = await presentIn(tx, wanted);
                const differences = differencesOf(present, wanted, prune);
                if (!areSame(differences, shown))
                    throw refuse('configuration_conflict');
                const change = reason === '' ? plain : withReason(plain, reason);
                const secrets = await configurationWriting.write(tx, change, differences, present, wanted, actor);
                if (differences.policies.length === 0)
                    return { version: null, secrets };
                const { version } = await policies.setIn(tx, plain, valuesOf(differences), actor, reason, { apply });
                return { version, secrets };
            };
            return changes.run(actor, work, { roles: shown.roles.map(one => one.name) });
        },
    };
}
function withReason(change, reason) {
    return { ...change, note: note => change.note({ ...note, after: { ...note.after, reason: reason.slice(0, 255) } }) };
}
/** Of the policies: what contradicts itself, or cannot be for new sessions only. */
function asProblems(error) {
    if (!(error instanceof Refusal) || error.code !== 'invalid_fields')
        return error;
    const found = Object.entries(error.details.fields ?? {});
    const path = (field) => (field === 'non_field_errors' ? ['policies'] : ['policies', field]);
    return new ConfigurationProblems(found.flatMap(([field, each]) => each.map(one => told(path(field), one))));
}
//# sourceMappingURL=configuration.js.map