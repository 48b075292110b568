// The signing keys, as an administrator reads and changes them.
import type { KeyRevocation, KeyRing, ListedKey, Rotation } from '../../identity/keys/key-ring.js'
import type { SealedSecrets } from '../../identity/keys/sealed-secrets.js'
import { jwksMaxAge, type RevocableSecret, revocableSecrets } from '../../policy/key-life.js'
import { type Context, personOf } from '../handler.js'
import { presentTime } from '../me/present.js'
import { type Answer, answer } from '../wire/answers.js'
import { readBody } from '../wire/fields.js'
import { keyRoutes, type keySchema, type rotationSchema } from './routes/keys.js'

export type AdminKeyDeps = { keyRing: KeyRing; sealedSecrets: SealedSecrets }

export function createAdminKeyHandlers({ keyRing, sealedSecrets }: AdminKeyDeps) {
  return {
    async listKeys(ctx: Context): Promise<void> {
      answer(ctx, keyRoutes.listKeys, { results: (await keyRing.list()).map(presentKey) })
    },

    /** Body `{algorithm?, now?}`: the next key signs once published for long enough or, with `now`, at once. */
    async rotateKey(ctx: Context): Promise<void> {
      const { algorithm, now: atOnce } = readBody(ctx, keyRoutes.rotateKey)
      const rotation = await keyRing.rotate({ algorithm, atOnce }, personOf(ctx).actor)
      answer(ctx, keyRoutes.rotateKey, presentRotation(rotation))
    },

    /** Revokes a signing key by its kid, or the secret of refresh tokens or device tokens: `refresh`, `device`. */
    async revokeKey(ctx: Context): Promise<void> {
      const { kid } = ctx.params as { kid: string }
      const { actor } = personOf(ctx)
      const revoked = isSecret(kid)
        ? { secret: kid, version: await sealedSecrets.revoke(kid, actor) }
        : presentRevocation(await keyRing.revoke(kid, actor))
      answer(ctx, keyRoutes.revokeKey, revoked)
    },
  }
}

function presentKey(key: ListedKey): Answer<typeof keySchema> {
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
  }
}

function presentRotation({ key, published }: Rotation): Answer<typeof rotationSchema> {
  return { key: presentKey(key), unknown_for: published ? 0 : jwksMaxAge }
}

function presentRevocation({ key, successor }: KeyRevocation) {
  return { key: presentKey(key), successor: successor && presentRotation(successor) }
}

function isSecret(name: string): name is RevocableSecret {
  return revocableSecrets.some(secret => secret === name)
}
