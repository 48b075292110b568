// The signing keys as an administrator sees and changes them.
import type { KeyRevocation, KeyRing, ListedKey, Rotation } from '../../identity/keys/key-ring.js'
import type { SealedSecrets } from '../../identity/keys/sealed-secrets.js'
import { jwksMaxAge, type RevocableSecret, revocableSecrets } from '../../policy/key-life.js'
import { refuseField } from '../../protocol/errors.js'
import { type Context, personOf } from '../handler.js'
import { presentTime } from '../me/present.js'
import { readFields } from '../wire/fields.js'

export type AdminKeyDeps = { keyRing: KeyRing; sealedSecrets: SealedSecrets }

export function createAdminKeyHandlers({ keyRing, sealedSecrets }: AdminKeyDeps) {
  return {
    async listKeys(ctx: Context): Promise<void> {
      ctx.body = { results: (await keyRing.list()).map(presentKey) }
    },

    /** `{algorithm?, now?}`: the next key signs once it has been published for long enough, or at once. */
    async rotateKey(ctx: Context): Promise<void> {
      const { algorithm } = readFields(ctx, { algorithm: { required: false, trim: true, maxLength: 20 } })
      const atOnce = readFlag(ctx, 'now')
      ctx.body = presentRotation(await keyRing.rotate({ algorithm, atOnce }, personOf(ctx).actor))
      ctx.status = 201
    },

    /** A kid; or `refresh` or `device`, the secrets that refresh tokens and device tokens are signed with. */
    async revokeKey(ctx: Context): Promise<void> {
      const { kid } = ctx.params as { kid: string }
      const { actor } = personOf(ctx)
      if (isSecret(kid)) ctx.body = { secret: kid, version: await sealedSecrets.revoke(kid, actor) }
      else ctx.body = presentRevocation(await keyRing.revoke(kid, actor))
    },
  }
}

function presentKey(key: ListedKey) {
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

/** `unknown_for`: seconds for which verifiers that hold an older JWKS may refuse tokens under the key. */
function presentRotation({ key, published }: Rotation) {
  return { key: presentKey(key), unknown_for: published ? 0 : jwksMaxAge }
}

function presentRevocation({ key, successor }: KeyRevocation) {
  return { key: presentKey(key), successor: successor && presentRotation(successor) }
}

function isSecret(name: string): name is RevocableSecret {
  return revocableSecrets.some(secret => secret === name)
}

/** JSON says true or false; a form can only spell it. */
function readFlag(ctx: Context, name: string): boolean {
  const value = (ctx.request.body as Record<string, unknown>)[name]
  if (value === undefined || value === false || value === 'false') return false
  if (value === true || value === 'true') return true
  throw refuseField(name, 'not_boolean')
}
