// What applications were told of ends of sessions, are still to be told, or could not be: looked at, and sent again by hand.
import { randomUUID } from 'node:crypto';
import { refuse, refuseField } from '../../protocol/errors.js';
import { deliveryList } from '../../storage/delivery-lists.js';
import { cursorIn, listed } from '../listing.js';
export { deliveryFailures, deliveryStates } from '../../storage/deliveries.js';
/** How many applications are named that are told. */
const mostNamed = 200;
export function createDeliveries(deps) {
    const { database, deliveryStore, deliveryListStore, applicationStore, attempts, sending, applications } = deps;
    const { names, changes, now, monotonic } = deps;
    return {
        /** The newest first. @throws invalid_fields */
        async page(filter, page) {
            const after = cursorIn(deliveryList, page);
            const scanned = await deliveryListStore.page(database, filter, { ...page, after });
            const usernames = await names.ofUsers(scanned.rows.map(row => row.userId));
            const applications = await names.ofApplications(scanned.rows.map(row => row.applicationId));
            return listed(scanned, scanned.rows.map(({ taker: _, ...delivery }) => ({
                delivery,
                username: usernames.get(delivery.userId) ?? '',
                application: applications.get(delivery.applicationId) ?? delivery.applicationId,
            })));
        },
        /** Whether any application is told. */
        isUsed: () => applications.areAnyToldOfEnds(),
        count: (filter) => deliveryListStore.count(database, filter),
        /** Applications that are told, by name; the first of them where they are very many. */
        told: () => applicationStore.toldOfEnds(database, mostNamed),
        /**
         * Another token of the same end; one that waits is tried at once.
         * @throws not_found
         */
        async sendAgain(id, actor) {
            const applicationId = await changes.run(actor, async (tx, { note }) => {
                const found = await deliveryStore.find(tx, id);
                if (!found)
                    throw refuse('not_found');
                const { sessionId, applicationId: application } = found;
                await deliveryStore.sendAgain(tx, id, now());
                note({ action: 'logout_sent_again', subject: sessionId, after: { application } });
                return application;
            });
            sending.hurry(applicationId);
        },
        /**
         * Tries an application out with a token for a session that never was, and for nobody: nothing of anybody's ends.
         * @returns `took`: in ms
         * @throws not_found; invalid_fields where it has no address for logout tokens
         */
        async test(applicationId, actor) {
            // Written down before it is sent: the transaction judges who asks for it.
            const application = await changes.run(actor, async (tx, { note }) => {
                const found = await applicationStore.find(tx, applicationId);
                if (!found || found.deletedAt !== null)
                    throw refuse('not_found');
                if (found.metadata.backchannel_logout_uri === undefined)
                    throw refuseField('backchannel_logout_uri', 'required');
                note({ action: 'logout_tested', subject: applicationId });
                return found;
            });
            const begun = monotonic();
            const attempted = await attempts.attempt(application, { jti: randomUUID(), sid: randomUUID(), sub: null });
            return { ...attempted, took: Math.round(monotonic() - begun) };
        },
    };
}
//# sourceMappingURL=deliveries.js.map