export function createDeliveryWriting({ deliveryStore, applications, uuid, now }) {
    async function write(tx, ends) {
        if (ends.length === 0)
            return;
        const at = now();
        const waiting = { state: 'waiting', round: 0, attempts: 0, nextAt: at, taker: null, failure: null };
        await deliveryStore.insertAll(tx, ends.map(({ sessionId, ended, applicationId, userId }) => ({
            ...{ id: uuid(), sessionId, ended, applicationId, userId },
            ...waiting,
            ...{ status: null, createdAt: at, since: at, doneAt: null },
        })));
    }
    return {
        /** Sessions that have ended in this transaction. */
        async ofSessions(tx, ids) {
            if (ids.length > 0 && applications.areAnyToldOfEnds())
                await write(tx, await deliveryStore.endsOf(tx, ids));
        },
        /**
         * What came from sessions that somebody has ended by name, and what of it has ended with them stands as ended: also those
         * that stay because they are offline, whose refresh tokens stay good (§2.7), and those that had expired.
         */
        async ofBrowsers(tx, sids) {
            if (sids.length > 0 && applications.areAnyToldOfEnds())
                await write(tx, await deliveryStore.endsOfBrowsers(tx, sids));
        },
    };
}
//# sourceMappingURL=delivery-writing.js.map