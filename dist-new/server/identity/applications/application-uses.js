export function createApplicationUses({ database, applicationUseStore, states }) {
    return {
        /** By their ids. `lastSignInAt`: epoch ms, or null. */
        of: (ids) => applicationUseStore.of(database, ids, states.terms()),
    };
}
//# sourceMappingURL=application-uses.js.map