// Applications, as an administrator looks through them, and what lives of one.
import { withOverrides } from '../../policy/eras.js';
import { refuseFields } from '../../protocol/errors.js';
import { applicationList, applicationStates, } from '../../storage/application-lists.js';
import { cursorIn, every, listed } from '../listing.js';
import { metadataProblems, unknownApplication } from './application-writing.js';
import { publicApplication } from './public-application.js';
export { applicationStates };
/** How many sessions are counted, and how many rows are looked at for them. */
const counted = { limit: 5_000, budget: 20_000 };
export function createApplicationList(deps) {
    const { database, applicationStore, applicationListStore, sessionListStore, states, policy, policyPreview } = deps;
    /** By name. @throws invalid_fields */
    async function page(filter, page) {
        const after = cursorIn(applicationList, page);
        const scanned = await applicationListStore.page(database, filter, { ...page, after });
        const ids = scanned.rows.map(row => row.id);
        const found = new Map((await applicationStore.some(database, ids)).map(one => [one.id, one]));
        const rows = ids.flatMap(id => found.get(id) ?? []);
        return listed(scanned, rows.map(publicApplication));
    }
    return {
        page,
        count: (filter) => applicationListStore.count(database, filter),
        /** All of them, for a file. */
        every: (filter) => every(next => page(filter, next)),
        /** @throws not_found */
        async require(id) {
            const found = await applicationStore.find(database, id);
            if (!found || found.deletedAt !== null)
                throw unknownApplication(id);
            return publicApplication(found);
        },
        /** By their ids; those that are none, or deleted, are left out. */
        async some(ids) {
            const found = await applicationStore.some(database, [...new Set(ids)]);
            return new Map(found.filter(one => one.deletedAt === null).map(one => [one.id, publicApplication(one)]));
        },
        /** What they are called, or were when they were deleted. */
        async names(ids) {
            const found = await applicationStore.some(database, [...new Set(ids)]);
            return new Map(found.map(one => [one.id, one.name]));
        },
        /** Its sessions that live, and of how many people. */
        async counts(id) {
            const filter = { applicationId: id, state: 'live' };
            const page = { ...counted, after: null };
            const { rows, next } = await sessionListStore.page(database, filter, states.terms(), page);
            const more = next !== null;
            const users = new Set(rows.map(row => row.userId)).size;
            return { sessions: { count: rows.length, more }, users: { count: users, more } };
        },
        /**
         * Sessions that these lifetimes would end at their next refresh if it came now, and that go on without the change.
         * @param lifetimes all that it shall override; null: nothing
         * @throws invalid_fields
         */
        async previewLifetimes(id, lifetimes) {
            const problems = lifetimes ? metadataProblems({ lifetimes }) : {};
            if (Object.keys(problems).length > 0)
                throw refuseFields(problems);
            const eras = policy.eras();
            const overrides = new Map(eras.overrides);
            if (lifetimes)
                overrides.set(id, lifetimes);
            else
                overrides.delete(id);
            return policyPreview.ends(eras, withOverrides(eras, overrides));
        },
    };
}
//# sourceMappingURL=application-list.js.map