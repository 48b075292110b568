import { ownApplicationId, scopeWords, } from '../../policy/application-metadata.js';
import { refuse, refuseField } from '../../protocol/errors.js';
import { unknownApplication } from './application-writing.js';
export function createApplicationRights({ applicationStore, rights }) {
    /** @param each as it was, and as it shall be @throws permission_denied */
    async function require(tx, actor, ...each) {
        const own = await rights.of(tx, actor);
        if (own === 'everything')
            return;
        for (const needed of each.map(rightsThrough))
            if (needed === 'everything' || [...needed].some(permission => !own.has(permission)))
                throw refuse('permission_denied');
    }
    /** Locks one that the actor may act on. @throws not_found, permission_denied */
    async function lock(tx, id, actor) {
        await applicationStore.lock(tx, id);
        const found = await applicationStore.find(tx, id);
        if (!found || found.deletedAt !== null)
            throw unknownApplication(id);
        await require(tx, actor, found);
        return found;
    }
    return {
        require,
        lock,
        /** The same of one that is not our own. @throws not_found, permission_denied, invalid_fields */
        async lockOther(tx, id, actor) {
            const found = await lock(tx, id, actor);
            if (id === ownApplicationId)
                throw refuseField('client_id', 'application_built_in');
            return found;
        },
    };
}
/**
 * What somebody could do who holds its tokens. With a scope of ours they act here as whoever signs in, administrators
 * included; through our own application everybody does. A first-party application gets tokens of whoever only visits a page
 * that leads there, with roles that other services go by: nobody is asked.
 */
export function rightsThrough({ origin, metadata }) {
    const scopes = scopeWords(metadata.scope ?? '');
    if (origin === 'built_in' || metadata.first_party || scopes.some(scope => scope.startsWith('darvoza:')))
        return 'everything';
    const followsLog = scopes.includes('revocations:read') ? ['darvoza:revocations:read'] : [];
    return new Set([...(metadata.permissions ?? []), ...followsLog]);
}
//# sourceMappingURL=application-rights.js.map