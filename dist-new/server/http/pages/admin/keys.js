// The signing keys, and the secrets that refresh tokens and device tokens are signed with: what each is at, and what would
// break if it were taken away.
import { jwksMaxAge, pendingOf, publishedAt, revocableSecrets } from '../../../policy/key-life.js';
import { refuse } from '../../../protocol/errors.js';
import { browserUserOf } from '../../handler.js';
import { typedIn } from '../fields.js';
import { readWhole } from '../query.js';
/** What a key is at, in the order of its life; `revoked` is how some end. */
export const keyStates = ['pending', 'active', 'retiring', 'gone', 'revoked'];
/** How many keys of the past stand on a page. */
const pastShown = 25;
export function createKeyPages({ pages, keyRing, sealedSecrets, sessionList, policy, now }) {
    return {
        async keysPage(ctx) {
            const { t, format } = pages.frameOf(ctx);
            const [{ keys, algorithms }, live] = await Promise.all([keyRing.ring(), sessionList.count({ state: 'live' })]);
            const { access_token_algorithm: ofAccess, key_rotation_interval: interval } = policy();
            const [here, past] = [keys.filter(key => key.state !== 'gone'), keys.filter(key => key.state === 'gone')];
            const from = Math.min(readWhole(ctx, 'from', 0), past.length);
            await pages.show(ctx, 'admin/keys', {
                title: t('nav.keys'),
                lead: t('keys.lead'),
                keys: here.map(key => presentKey(key, here, ofAccess, now())),
                past: past.slice(from, from + pastShown).map(key => presentKey(key, here, ofAccess, now())),
                previous: from > 0 ? Math.max(from - pastShown, 0) : null,
                next: from + pastShown < past.length ? from + pastShown : null,
                interval,
                rotations: algorithms.map(algorithm => ({
                    ...presentRotation(algorithm, here, interval, now()),
                    isAccess: algorithm === ofAccess,
                })),
                live: { count: live.count, text: `${format.number(live.count)}${live.more ? '+' : ''}` },
                secrets: revocableSecrets,
                states: keyStates,
            });
        },
        /** `algorithm`: where it is left out, that of access tokens. `now=1`: at once, whether verifiers have the new key or not. */
        async rotateKeyPage(ctx) {
            const { t, format } = pages.frameOf(ctx);
            const typed = typedIn(ctx, ['algorithm', 'now']);
            const atOnce = typed.now === '1';
            const asked = { algorithm: typed.algorithm || undefined, atOnce };
            const { key, published } = await keyRing.rotate(asked, browserUserOf(ctx).actor);
            const text = atOnce
                ? t(published ? 'keys.rotated' : 'keys.rotatedEarly', { kid: shortOf(key), span: format.during(jwksMaxAge) })
                : t('keys.scheduled', { kid: shortOf(key), at: format.dateTime(key.activatesAt ?? now()) });
            await pages.tell(ctx, { tone: atOnce && !published ? 'warn' : 'good', text });
            pages.go(ctx, '/admin/keys');
        },
        async revokeKeyPage(ctx) {
            const { t } = pages.frameOf(ctx);
            const { key, successor } = await keyRing.revoke(ctx.params.kid ?? '', browserUserOf(ctx).actor);
            const text = successor
                ? t('keys.revokedNext', { kid: shortOf(key), next: shortOf(successor.key) })
                : t('keys.revoked', { kid: shortOf(key) });
            await pages.tell(ctx, { tone: 'good', text });
            pages.go(ctx, '/admin/keys');
        },
        async removeKeyPage(ctx) {
            const key = await keyRing.remove(ctx.params.kid ?? '', browserUserOf(ctx).actor);
            await pages.tell(ctx, { tone: 'good', text: pages.translate(ctx)('keys.removed', { kid: shortOf(key) }) });
            pages.go(ctx, '/admin/keys');
        },
        async revokeSecretPage(ctx) {
            const { t } = pages.frameOf(ctx);
            const { secret = '' } = ctx.params;
            if (!isRevocable(secret))
                throw refuse('not_found');
            await sealedSecrets.revoke(secret, browserUserOf(ctx).actor);
            // Who has just ended all sessions has ended their own.
            if (secret === 'refresh')
                return pages.go(ctx, '/login');
            await pages.tell(ctx, { tone: 'good', text: t('keys.deviceRevoked') });
            pages.go(ctx, '/admin/keys');
        },
    };
}
const shownSigns = 12;
function shortOf({ kid }) {
    return `${kid.slice(0, shownSigns)}…`;
}
/** How the keys of one algorithm take turns; epoch ms, but `interval` in seconds. */
function presentRotation(algorithm, here, interval, now) {
    const pending = pendingOf(algorithm, here);
    const ready = pending !== null && publishedAt(pending) <= now;
    const signing = here.filter(key => key.state === 'active' && key.algorithm === algorithm);
    const begun = Math.max(...signing.map(key => key.activatedAt ?? 0));
    return {
        algorithm,
        // By itself: when the next one that waits is to sign, or the present one has signed for long enough.
        due: pending?.activatesAt ?? (signing.length > 0 ? begun + interval * 1000 : null),
        soonest: pending ? Math.max(publishedAt(pending), now) : publishedAt({ createdAt: now }),
        unknownFor: ready ? 0 : jwksMaxAge,
    };
}
function presentKey(key, here, ofAccess, now) {
    const { kid, algorithm, createdAt, activatesAt, activatedAt, retiredAt, revokedAt, removableAt } = key;
    const waiting = pendingOf(algorithm, here);
    return {
        kid,
        algorithm,
        createdAt,
        activatesAt,
        activatedAt,
        retiredAt,
        revokedAt,
        removableAt,
        removable: removableAt !== null && removableAt <= now,
        state: revokedAt === null ? key.state : 'revoked',
        isAccess: algorithm === ofAccess,
        /** What must sign in its place is not known to verifiers yet. */
        gap: key.state === 'active' && (waiting === null || publishedAt(waiting) > now) ? jwksMaxAge : 0,
    };
}
function isRevocable(name) {
    return revocableSecrets.some(secret => secret === name);
}
//# sourceMappingURL=keys.js.map