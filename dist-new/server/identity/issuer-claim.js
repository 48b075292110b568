/** A server writes one each second; ms. */
const beatsWithin = 5_000;
export function createIssuerClaim({ database, installationStore, heartbeatStore, changes, now }) {
    return {
        /** null until a server has started. */
        show: () => installationStore.issuer(database),
        /** At the start of a server: the first one says whose database it is. @throws Error when it is another's */
        async claim(own) {
            if ((await installationStore.issuer(database)) === null)
                await installationStore.claim(database, own);
            const known = await installationStore.issuer(database);
            if (known !== own)
                throw new Error(`the database belongs to the issuer ${known}, and the ISSUER of this server is ${own}: each refuses the tokens of the other. ` +
                    `Set ISSUER=${known}; or, if it is to be another from now on, stop every server and run: darvoza issuer set ${own} --yes`);
        },
        /**
         * From the next start of each server on; who is signed in signs in again.
         * @returns the one before
         * @throws Error while a server runs, which would go on issuing tokens that the next one refuses
         */
        set(issuer, actor) {
            return changes.run(actor, async (tx, { note }) => {
                const before = await installationStore.issuer(tx);
                if (before === issuer)
                    return before;
                if (now() - (await heartbeatStore.last(tx)) < beatsWithin)
                    throw new Error('a server runs on this database, or has until a moment ago: stop every server first');
                if (before === null)
                    await installationStore.claim(tx, issuer);
                else
                    await installationStore.setIssuer(tx, issuer);
                note({ action: 'issuer_changed', subject: issuer, before: { issuer: before }, after: { issuer } });
                return before;
            });
        },
    };
}
//# sourceMappingURL=issuer-claim.js.map