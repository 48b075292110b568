// Our own random secrets, sealed rows with a version each: refresh tokens, device tokens and the chain of the audit log are
// signed with them. They are never derived from SECRET_KEY and never in the JWKS, so a change of either signs nobody out.
import { createSecretKey } from 'node:crypto';
const purposes = ['refresh', 'device', 'audit', 'ticket'];
/** What a secret is sealed for. */
export const secretOf = ({ purpose, version }) => `secret:${purpose}:${version}`;
export function createSecrets({ database, keyStore, revocationStore, sealing, tail, random, now }) {
    let known = new Map();
    let present = new Map();
    let version = 0;
    tail.follow(head => head.keyVersion, async ({ keyVersion }) => {
        const opened = (await keyStore.secrets(database)).map(record => {
            const name = secretOf(record);
            // Opened once: it may be sealed anew meanwhile, under a SECRET_KEY that this process was not started with.
            const secret = known.get(name)?.secret ?? sealing.open(record.sealed, name);
            const { purpose, version, createdAt } = record;
            return { name, purpose, version, createdAt, secret, key: known.get(name)?.key ?? createSecretKey(secret) };
        });
        known = new Map(opened.map(one => [one.name, one]));
        // Records come in the order of versions: the last of a purpose is the present one.
        present = new Map(opened.map(one => [one.purpose, one]));
        version = keyVersion;
    });
    /** The one that signs now. */
    function requirePresent(purpose) {
        const secret = present.get(purpose);
        if (!secret)
            throw new Error(`there is no ${purpose} secret`);
        return secret;
    }
    return {
        /**
         * Makes what is missing, once among all servers.
         * @param begin what begins with a new secret, in the transaction that makes it
         */
        async ensure(begin) {
            await database.transaction(async (tx) => {
                await revocationStore.lockHead(tx);
                const records = await keyStore.secrets(tx);
                const missing = purposes.filter(purpose => !records.some(record => record.purpose === purpose));
                // Whoever was started with a wrong SECRET_KEY seals nothing under it.
                if (missing.length > 0)
                    for (const record of records)
                        sealing.open(record.sealed, secretOf(record));
                for (const purpose of missing) {
                    const secret = random(32);
                    const sealed = sealing.seal(secret, secretOf({ purpose, version: 1 }));
                    await keyStore.insertSecret(tx, { purpose, version: 1, sealed, createdAt: now() });
                    await begin(tx, purpose, secret);
                }
                if (missing.length > 0)
                    await revocationStore.raiseVersion(tx, 'key');
            });
        },
        present: requirePresent,
        find: (purpose, wanted) => known.get(secretOf({ purpose, version: wanted })) ?? null,
        /** Versions only grow, and one that is older than the present one was destroyed because it was revoked. */
        isRevoked: (purpose, wanted) => wanted > 0 && wanted < requirePresent(purpose).version && !known.has(secretOf({ purpose, version: wanted })),
        /** The version of all of them that this process holds, as the log's head counts it. */
        version: () => version,
    };
}
//# sourceMappingURL=secrets.js.map