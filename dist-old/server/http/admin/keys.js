import { jwksMaxAge, revocableSecrets } from '../../policy/key-life.js';
import { personOf } from '../handler.js';
import { presentTime } from '../me/present.js';
import { answer } from '../wire/answers.js';
import { readBody } from '../wire/fields.js';
import { keyRoutes } from './routes/keys.js';
export function createAdminKeyHandlers({ keyRing, sealedSecrets }) {
    return {
        async listKeys(ctx) {
            answer(ctx, keyRoutes.listKeys, { results: (await keyRing.list()).map(presentKey) });
        },
        /** `{algorithm?, now?}`: the next key signs once it has been published for long enough, or at once. */
        async rotateKey(ctx) {
            const { algorithm, now: atOnce } = readBody(ctx, keyRoutes.rotateKey);
            const rotation = await keyRing.rotate({ algorithm, atOnce }, personOf(ctx).actor);
            answer(ctx, keyRoutes.rotateKey, presentRotation(rotation));
        },
        /** A kid; or `refresh` or `device`, the secrets that refresh tokens and device tokens are signed with. */
        async revokeKey(ctx) {
            const { kid } = ctx.params;
            const { actor } = personOf(ctx);
            const revoked = isSecret(kid)
                ? { secret: kid, version: await sealedSecrets.revoke(kid, actor) }
                : presentRevocation(await keyRing.revoke(kid, actor));
            answer(ctx, keyRoutes.revokeKey, revoked);
        },
    };
}
function presentKey(key) {
    return {
        kid: key.kid,
        algorithm: key.algorithm,
        state: key.state,
        created_at: presentTime(key.createdAt),
        activates_at: presentTime(key.activatesAt),
        activated_at: presentTime(key.activatedAt),
        retired_at: presentTime(key.retiredAt),
        revoked_at: presentTime(key.revokedAt),
        removable_at: presentTime(key.removableAt),
    };
}
function presentRotation({ key, published }) {
    return { key: presentKey(key), unknown_for: published ? 0 : jwksMaxAge };
}
function presentRevocation({ key, successor }) {
    return { key: presentKey(key), successor: successor && presentRotation(successor) };
}
function isSecret(name) {
    return revocableSecrets.some(secret => secret === name);
}
//# sourceMappingURL=keys.js.map