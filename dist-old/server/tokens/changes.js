export function createChanges(deps) {
    const { judgedTransactions, logHeadStore, auditStore, auditTrail, revocationWriting, count, audited } = deps;
    /**
     * Runs `work` in a transaction in which triggers can be recorded and changes noted. Their rows are locked as they are
     * recorded, the heads of both logs last; once it is committed this process enforces it. Before anything else the actor is
     * judged, by what the rows say now.
     * @param subjects whom and what `work` will lock; they are locked together with the actor, in one order
     * @throws what Credentials.judge throws, and what `work` throws
     */
    async function run(actor, work, subjects = {}) {
        const once = async (tx, requireStill) => {
            const done = { notes: [], pending: [] };
            const result = await work(tx, changeOf(tx, actor, done));
            return { result, notes: done.notes, ...(await write(tx, actor, done, requireStill)) };
        };
        const { result, notes, logId, entries } = await judgedTransactions.run(actor, once, subjects);
        for (const note of notes)
            audited(actor, note);
        await revocationWriting.finish(logId, entries);
        count('revocations', entries.length);
        return result;
    }
    function changeOf(tx, actor, { notes, pending }) {
        return {
            async record(trigger, recorded) {
                const one = { ...recorded, trigger };
                const written = await revocationWriting.lock(tx, one, actor);
                pending.push(...written);
                return written.length > 0;
            },
            async recordEnds(ends) {
                const each = [...ends].map(([subject, trigger]) => ({ subject, trigger }));
                const written = await revocationWriting.endSessions(tx, each, actor);
                pending.push(...written);
                return new Set(written.map(one => one.subject));
            },
            note: note => notes.push(note),
        };
    }
    /** From the first statement here to the commit everybody else waits: nothing is read or made that could be before. */
    async function write(tx, actor, done, requireStill) {
        const { notes, pending } = done;
        if (notes.length === 0 && pending.length === 0)
            return { logId: '', entries: [] };
        const lines = auditTrail.prepare(actor, notes);
        if (pending.length === 0) {
            await auditTrail.write(tx, await auditStore.lockHead(tx), lines);
            await requireStill(tx);
            return { logId: '', entries: [] };
        }
        const heads = await logHeadStore.lock(tx);
        await auditTrail.write(tx, heads.audit, lines);
        if (notes.length > 0)
            await requireStill(tx);
        const entries = await revocationWriting.write(tx, heads.revocations, actor, pending);
        return { logId: heads.revocations.logId, entries };
    }
    return { run };
}
//# sourceMappingURL=changes.js.map