import { ticketKeyLife } from '../../policy/key-life.js';
import { privateKeyOf } from '../../tokens/key-pairs.js';
import { secretOf } from '../../tokens/secrets.js';
export function createSealedSecrets({ keyStore, change, sealing, secrets, random, now }) {
    return {
        /**
         * Whatever was or will be signed with it is void from now on. `refresh`: all sessions end;
         * `device`: no device is proven any more, which ends no session.
         * @returns the version that takes its place
         * @throws permission_denied
         */
        revoke(purpose, actor) {
            const work = async (tx, { record, note }) => {
                const before = (await keyStore.secrets(tx)).filter(secret => secret.purpose === purpose).at(-1).version;
                const next = { purpose, version: before + 1 };
                await keyStore.insertSecret(tx, { ...next, sealed: sealing.seal(random(32), secretOf(next)), createdAt: now() });
                await keyStore.deleteSecretsBefore(tx, purpose, next.version);
                if (purpose === 'refresh')
                    await record('refresh_key_revoked', { subject: '' });
                note({ action: 'key_revoked', subject: purpose, before: { version: before }, after: { version: next.version } });
                return next.version;
            };
            // It ends the sessions of everybody, also of those who may do more than change keys.
            return change(actor, work, purpose === 'refresh' ? 'everything' : undefined);
        },
        /** Lets another key seal tickets, once a month. Many servers may do it at once: one does. */
        async renewTicketKey() {
            const isDue = ({ createdAt }) => now() - createdAt >= ticketKeyLife;
            if (!isDue(secrets.present('ticket')))
                return;
            await change('system', async (tx, { note }) => {
                const former = (await keyStore.secrets(tx)).filter(({ purpose }) => purpose === 'ticket').at(-1);
                if (!isDue(former))
                    return;
                const next = { purpose: 'ticket', version: former.version + 1 };
                await keyStore.insertSecret(tx, { ...next, sealed: sealing.seal(random(32), secretOf(next)), createdAt: now() });
                // The former one opens what it has sealed until that is over (tokens/ticket.ts).
                await keyStore.deleteSecretsBefore(tx, 'ticket', former.version);
                note({ action: 'key_made', subject: 'ticket', after: { version: next.version } });
            });
        },
        /** Seals under the present SECRET_KEY what the previous one sealed, all of it or nothing; done twice it does nothing. */
        reseal(actor) {
            return change(actor, async (tx, { note }) => {
                const sealed = await everything(tx);
                const old = sealed.filter(one => !sealing.isPresent(one.sealed, one.name));
                for (const { name, sealed, save } of old)
                    await save(sealing.seal(sealing.open(sealed, name), name));
                if (old.length > 0)
                    note({ action: 'secrets_resealed', subject: 'all', after: { count: old.length } });
                return { resealed: old.length, untouched: sealed.length - old.length };
            });
        },
    };
    async function everything(tx) {
        const pairs = (await keyStore.list(tx))
            .filter(({ sealedPrivateKey }) => sealedPrivateKey !== '')
            .map(({ kid, sealedPrivateKey: sealed }) => ({
            name: privateKeyOf(kid),
            sealed,
            save: (anew) => keyStore.update(tx, kid, { sealedPrivateKey: anew }),
        }));
        const secrets = (await keyStore.secrets(tx)).map(({ purpose, version, sealed }) => ({
            name: secretOf({ purpose, version }),
            sealed,
            save: (anew) => keyStore.reseal(tx, { purpose, version, sealed: anew }),
        }));
        return [...pairs, ...secrets];
    }
}
//# sourceMappingURL=sealed-secrets.js.map