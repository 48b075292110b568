export function createApplicationChanges({ changes, tail }) {
    return {
        async run(actor, work, subjects) {
            const result = await changes.run(actor, work, subjects);
            // Committed all the same; a token for what the rows no longer say is made by nobody.
            await tail.readNow().catch(() => { });
            return result;
        },
    };
}
//# sourceMappingURL=application-changes.js.map