// Whether an application can be saved as it is described: its schema, and the rules of policy/application-rules.ts, all
// that is wrong told at once.
import { ownApplicationId, resourceScopesSchema, } from '../../policy/application-metadata.js';
import { applicationProblems, applicationWarnings, } from '../../policy/application-rules.js';
import { isApplicationId } from '../../protocol/claims.js';
import { refuseFields } from '../../protocol/errors.js';
import { problem } from '../../protocol/problems.js';
import { isSameResource, metadataProblems } from './application-writing.js';
export function createApplicationCheck(deps) {
    const { issuer, applicationStore, registeredApplicationStore, roleStore, keyStore, now } = deps;
    async function contextOf(tx, { id, origin, isGivenSecret = false }, beside) {
        const others = beside?.applications ?? (await applicationStore.knownToAll(tx));
        const servers = others.filter(one => one.active && one.resource !== null);
        const own = await applicationStore.find(tx, ownApplicationId);
        const keys = await keyStore.list(tx);
        return {
            algorithms: keys.filter(key => key.state === 'active').map(key => key.algorithm),
            roles: beside?.roles ?? (await roleStore.all(tx)).map(role => role.name),
            scopes: [...(own ? [own] : []), ...servers].flatMap(one => one.resourceScopes.map(scope => scope.name)),
            names: origin === 'registration' ? await registeredApplicationStore.namesOfOthers(tx) : [],
            hasSecret: isGivenSecret || (await applicationStore.liveSecrets(tx, id, now())).length > 0,
        };
    }
    /** Whether its id and its resource are still to be had. Those who write ask again, under the lock of the log's head. */
    async function takenProblems(tx, { id, isNew, resource }, beside) {
        const problems = {};
        const wrong = isNew ? applicationIdProblem(id) : null;
        if (wrong)
            problems.client_id = [wrong];
        else if (isNew && (await applicationStore.find(tx, id)))
            problems.client_id = [problem('application_id_taken')];
        const found = resource === null ? null : await resourceProblem(tx, id, resource, beside);
        if (found)
            problems.resource = [found];
        return problems;
    }
    async function resourceProblem(tx, id, resource, beside) {
        if (isSameResource(resource, issuer))
            return problem('application_resource_ours');
        const others = beside?.applications ?? (await applicationStore.knownToAll(tx));
        return others.some(one => one.id !== id && one.resource !== null && isSameResource(one.resource, resource))
            ? problem('application_resource_taken')
            : null;
    }
    async function check(tx, application, beside = null) {
        const { metadata, resourceScopes } = application;
        const unread = { ...metadataProblems(metadata), ...scopesProblems(resourceScopes) };
        // The rules go through what can be read; what cannot is told beside what they find.
        const broken = new Set(Object.keys(unread).map(name => name.split('.')[0]));
        const readable = Object.entries(metadata).filter(([name]) => !broken.has(name));
        const judged = {
            ...application,
            metadata: Object.fromEntries(readable),
            resourceScopes: broken.has('resource_scopes') ? [] : resourceScopes,
        };
        const context = await contextOf(tx, application, beside);
        const found = { ...(await takenProblems(tx, application, beside)), ...applicationProblems(judged, context) };
        const others = Object.entries(found).filter(([name]) => !broken.has(name));
        return { problems: { ...unread, ...Object.fromEntries(others) }, warnings: applicationWarnings(judged, context) };
    }
    return {
        check,
        /** @returns what one should know all the same @throws invalid_fields */
        async require(tx, application) {
            const { problems, warnings } = await check(tx, application);
            if (Object.keys(problems).length > 0)
                throw refuseFields(problems);
            return warnings;
        },
    };
}
/** Nobody is given an address for an id: it would say that what describes the application is found there. */
export function applicationIdProblem(id) {
    return isApplicationId(id) && !id.includes(':') ? null : problem('application_id');
}
function scopesProblems(scopes) {
    const issue = resourceScopesSchema.safeParse(scopes).error?.issues[0];
    return issue ? { resource_scopes: [problem('application_metadata', { reason: issue.message })] } : {};
}
//# sourceMappingURL=application-check.js.map