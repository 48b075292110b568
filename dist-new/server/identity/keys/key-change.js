const toChangeKeys = new Set(['darvoza:keys:write']);
/** Changes of keys and secrets follow each other, whichever servers make them, and every server follows them. */
export function createKeyChange({ auditStore, revocationStore, rights, changes, tail }) {
    /**
     * Runs `work` as one change; what it notes is what was changed. Once it is done this process holds the keys of then.
     * @param needed what the actor must be able to do at this moment
     * @throws permission_denied
     */
    return async function change(actor, work, needed = toChangeKeys) {
        const result = await changes.run(actor, async (tx, changing) => {
            await rights.require(tx, actor, needed);
            // Both heads in their order before anything else: whoever changes keys takes turns here.
            await auditStore.lockHead(tx);
            await revocationStore.lockHead(tx);
            let changed = false;
            const result = await work(tx, {
                ...changing,
                note(what) {
                    changed = true;
                    changing.note(what);
                },
            });
            if (changed)
                await revocationStore.raiseVersion(tx, 'key');
            return result;
        });
        // Committed all the same; while the database is silent nothing is signed.
        await tail.readNow().catch(() => { });
        return result;
    };
}
//# sourceMappingURL=key-change.js.map