// The signing keys, and the secrets of refresh tokens and device tokens: the state of each, and what its revocation
// would break.

import type { SessionList } from '../../../identity/devices/session-list.js'
import type { KeyRing, ListedKey } from '../../../identity/keys/key-ring.js'
import type { SealedSecrets } from '../../../identity/keys/sealed-secrets.js'
import { jwksMaxAge, pendingOf, publishedAt, type RevocableSecret, revocableSecrets } from '../../../policy/key-life.js'
import { refuse } from '../../../protocol/errors.js'
import type { PolicyInForce } from '../../../revocation/policy-in-force.js'
import { browserUserOf, type Context } from '../../handler.js'
import { typedIn } from '../fields.js'
import type { Pages } from '../page.js'
import { readWhole } from '../query.js'

export type KeyPagesDeps = {
  pages: Pages
  keyRing: KeyRing
  sealedSecrets: SealedSecrets
  sessionList: SessionList
  policy: PolicyInForce
  now: () => number
}

/** States of a key, in the order of its life; `revoked` is an early end. */
export const keyStates = ['pending', 'active', 'retiring', 'gone', 'revoked'] as const

/** Number of former keys on a page. */
const pastShown = 25

export function createKeyPages({ pages, keyRing, sealedSecrets, sessionList, policy, now }: KeyPagesDeps) {
  return {
    async keysPage(ctx: Context): Promise<void> {
      const { t, format } = pages.frameOf(ctx)
      const [{ keys, algorithms }, live] = await Promise.all([keyRing.ring(), sessionList.count({ state: 'live' })])
      const { access_token_algorithm: ofAccess, key_rotation_interval: interval } = policy()
      const [here, past] = [keys.filter(key => key.state !== 'gone'), keys.filter(key => key.state === 'gone')]
      const from = Math.min(readWhole(ctx, 'from', 0), past.length)
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
      })
    },

    /** Rotates a key. `algorithm`: by default for access tokens; `now=1`: at once, even if verifiers lack the key. */
    async rotateKeyPage(ctx: Context): Promise<void> {
      const { t, format } = pages.frameOf(ctx)
      const typed = typedIn(ctx, ['algorithm', 'now'])
      const atOnce = typed.now === '1'
      const asked = { algorithm: typed.algorithm || undefined, atOnce }
      const { key, published } = await keyRing.rotate(asked, browserUserOf(ctx).actor)
      const text = atOnce
        ? t(published ? 'keys.rotated' : 'keys.rotatedEarly', { kid: shortOf(key), span: format.during(jwksMaxAge) })
        : t('keys.scheduled', { kid: shortOf(key), at: format.dateTime(key.activatesAt ?? now()) })
      await pages.flash(ctx, { tone: atOnce && !published ? 'warn' : 'good', text })
      pages.go(ctx, '/admin/keys')
    },

    async revokeKeyPage(ctx: Context): Promise<void> {
      const { t } = pages.frameOf(ctx)
      const { key, successor } = await keyRing.revoke(ctx.params.kid ?? '', browserUserOf(ctx).actor)
      const text = successor
        ? t('keys.revokedNext', { kid: shortOf(key), next: shortOf(successor.key) })
        : t('keys.revoked', { kid: shortOf(key) })
      await pages.flash(ctx, { tone: 'good', text })
      pages.go(ctx, '/admin/keys')
    },

    async removeKeyPage(ctx: Context): Promise<void> {
      const key = await keyRing.remove(ctx.params.kid ?? '', browserUserOf(ctx).actor)
      await pages.flash(ctx, { tone: 'good', text: pages.translate(ctx)('keys.removed', { kid: shortOf(key) }) })
      pages.go(ctx, '/admin/keys')
    },

    async revokeSecretPage(ctx: Context): Promise<void> {
      const { t } = pages.frameOf(ctx)
      const { secret = '' } = ctx.params
      if (!isRevocable(secret)) throw refuse('not_found')
      await sealedSecrets.revoke(secret, browserUserOf(ctx).actor)
      // Revoking this secret ends all sessions, also that of the administrator.
      if (secret === 'refresh') return pages.go(ctx, '/login')
      await pages.flash(ctx, { tone: 'good', text: t('keys.deviceRevoked') })
      pages.go(ctx, '/admin/keys')
    },
  }
}

const shownSigns = 12

function shortOf({ kid }: ListedKey): string {
  return `${kid.slice(0, shownSigns)}…`
}

/** The rotation of the keys of one algorithm: times in epoch ms, `interval` in seconds. */
function presentRotation(algorithm: string, here: readonly ListedKey[], interval: number, now: number) {
  const pending = pendingOf(algorithm, here)
  const ready = pending !== null && publishedAt(pending) <= now
  const signing = here.filter(key => key.state === 'active' && key.algorithm === algorithm)
  const begun = Math.max(...signing.map(key => key.activatedAt ?? 0))
  return {
    algorithm,
    // When the rotation is due: the next key's activation, or the end of the present key's interval.
    due: pending?.activatesAt ?? (signing.length > 0 ? begun + interval * 1000 : null),
    soonest: pending ? Math.max(publishedAt(pending), now) : publishedAt({ createdAt: now }),
    unknownFor: ready ? 0 : jwksMaxAge,
  }
}

function presentKey(key: ListedKey, here: readonly ListedKey[], ofAccess: string, now: number) {
  const { kid, algorithm, createdAt, activatesAt, activatedAt, retiredAt, revokedAt, removableAt } = key
  const waiting = pendingOf(algorithm, here)
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
    state: revokedAt === null ? key.state : ('revoked' as const),
    isAccess: algorithm === ofAccess,
    /** Seconds in which verifiers may lack the key that would sign in place of this one. */
    gap: key.state === 'active' && (waiting === null || publishedAt(waiting) > now) ? jwksMaxAge : 0,
  }
}

function isRevocable(name: string): name is RevocableSecret {
  return revocableSecrets.some(secret => secret === name)
}
