import { columns, insertion } from './statement.js';
const selectVersion = `SELECT ${columns('p', [
    ...['version', 'policy', 'changed', 'apply', 'undoes', 'actor', 'reason', 'createdAt', 'settledAt'],
])} FROM policy_version p`;
/** For new sessions only, and sessions of before may be left. */
const unsettled = "apply = 'new' AND settled_at IS NULL";
export function createPolicyVersionStore() {
    return {
        async latest(tx) {
            return (await tx.read(`${selectVersion} ORDER BY p.version DESC LIMIT 1`))[0] ?? null;
        },
        /** What sessions may be judged by (policy/eras.ts): from before the oldest that is not for all, or the latest alone. */
        inUse(tx) {
            return tx.read(`${selectVersion} WHERE p.version >= COALESCE(
           (SELECT MIN(version) - 1 FROM policy_version WHERE ${unsettled}), (SELECT MAX(version) FROM policy_version))
         ORDER BY p.version`);
        },
        /** From one version on, in their order. */
        since(tx, version) {
            return tx.read(`${selectVersion} WHERE p.version >= ? ORDER BY p.version`, [version]);
        },
        /** The newest first, below a version. */
        list(tx, page) {
            return tx.read(`${selectVersion} WHERE p.version < ? ORDER BY p.version DESC LIMIT ${Math.trunc(page.limit)}`, [
                page.before,
            ]);
        },
        async insert(tx, version) {
            await tx.write(...insertion('policy_version', version));
        },
        /** Puts those back, never on, that came before the first of a person. */
        async antedate(tx, at) {
            const [first] = await tx.read("SELECT MIN(version) AS version FROM policy_version WHERE actor <> 'system'");
            await tx.write('UPDATE policy_version SET created_at = ? WHERE version < ? AND created_at > ?', [
                at,
                first?.version ?? Number.MAX_SAFE_INTEGER,
                at,
            ]);
        },
        /** Those that spare older sessions, in their order. */
        unsettled(tx) {
            return tx.read(`${selectVersion} WHERE ${unsettled} ORDER BY p.version`);
        },
        /** From now on a version that was for new sessions only is for all. @returns whether it was not yet */
        async settle(tx, version, at) {
            return ((await tx.write(`UPDATE policy_version SET settled_at = ? WHERE version = ? AND ${unsettled}`, [
                at,
                version,
            ])) === 1);
        },
    };
}
//# sourceMappingURL=policy-versions.js.map