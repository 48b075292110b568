// The policy: what it is, what it was, what a change would do, and the change itself. Durations are seconds in answers, and
// in requests seconds or text such as `15m`.
import type { ListedPolicyVersion, Policies, PolicyInVersion, PolicyPreview } from '../../identity/policies/policies.js'
import {
  firstPolicy,
  isPolicyName,
  isSessionPolicy,
  type PolicyRow,
  policyNames,
  policyTable,
} from '../../policy/policies.js'
import { stays } from '../../policy/policy-preview.js'
import { readGivenPolicyValue } from '../../policy/policy-values.js'
import { isPolicyApply, type PolicyApply, policyApplies } from '../../policy/policy-version.js'
import { refuseField } from '../../protocol/errors.js'
import { type Context, personOf } from '../handler.js'
import { presentTime } from '../me/present.js'
import { readFields, readObject } from '../wire/fields.js'
import { readLimit, readNumber } from './paging.js'

export type AdminPoliciesDeps = { policies: Policies }

export function createAdminPolicyHandlers({ policies }: AdminPoliciesDeps) {
  return {
    async showPolicies(ctx: Context): Promise<void> {
      ctx.body = presentPolicies(await policies.show())
    },

    async listPolicyVersions(ctx: Context): Promise<void> {
      const page = { limit: readLimit(ctx), before: readNumber(ctx, 'before', Number.MAX_SAFE_INTEGER) }
      const found = await policies.versions(page)
      const next = found.length < page.limit ? null : found.at(-1)!.version
      ctx.body = { results: found.map(presentVersion), next }
    },

    /** Of `changes`, or with `undo` in their place of taking a version back. */
    async previewPolicies(ctx: Context): Promise<void> {
      const { apply } = readHow(ctx)
      const { undo } = readFields(ctx, { undo: { required: false } })
      const { actor } = personOf(ctx)
      if (undo !== undefined && 'changes' in (ctx.request.body as object))
        throw refuseField('undo', 'undo_with_changes')
      const preview =
        undo === undefined
          ? await policies.preview(readChanges(ctx), actor, apply)
          : await policies.previewUndo(readVersion(undo, 'undo'), actor, apply)
      ctx.body = presentPreview(preview)
    },

    async changePolicies(ctx: Context): Promise<void> {
      const { apply, reason } = readHow(ctx)
      const { version } = readFields(ctx, { version: { required: false } })
      const seen = version === undefined ? undefined : readVersion(version, 'version')
      const changed = await policies.set(readChanges(ctx), personOf(ctx).actor, reason, { apply, seen })
      ctx.body = presentPolicies(changed)
    },

    async undoPolicies(ctx: Context): Promise<void> {
      const { apply, reason } = readHow(ctx)
      const { version } = readFields(ctx, { version: { required: false } })
      const named = version === undefined ? null : readVersion(version, 'version')
      ctx.body = presentPolicies(await policies.undo(named, personOf(ctx).actor, reason, apply))
    },
  }
}

function readHow(ctx: Context): { apply: PolicyApply; reason: string } {
  const { apply = 'refresh', reason = '' } = readFields(ctx, {
    apply: { required: false, trim: true },
    reason: { required: false, blank: true, trim: true, maxLength: 255 },
  })
  if (!isPolicyApply(apply)) throw refuseField('apply', 'not_one_of', { choices: Object.keys(policyApplies) })
  return { apply, reason }
}

/** What the values are worth is not for here to judge. */
function readChanges(ctx: Context): Record<string, unknown> {
  const changes = Object.entries(readObject(ctx, 'changes'))
  return Object.fromEntries(
    changes.map(([name, value]) => [name, isPolicyName(name) ? readGivenPolicyValue(name, value) : value]),
  )
}

function readVersion(text: string, field: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw refuseField(field, 'not_version')
  return Number(text)
}

function presentPolicies(shown: PolicyInVersion) {
  return {
    ...presentHead(shown),
    policies: policyNames.map(name => {
      const { kind, meaning, simplejwt, ...row }: PolicyRow = policyTable[name]
      return {
        name,
        value: shown.policy[name],
        default: firstPolicy[name],
        kind,
        meaning,
        simplejwt,
        ...('min' in row && { min: row.min, max: row.max }),
        ...('choices' in row && { choices: row.choices }),
        ...('pattern' in row && { pattern: row.pattern.source }),
        may_be_for_new_sessions_only: isSessionPolicy(name),
      }
    }),
  }
}

function presentVersion(version: ListedPolicyVersion) {
  return { ...presentHead(version), changes: version.changes }
}

function presentHead(one: Omit<PolicyInVersion, 'policy'>) {
  return {
    version: one.version,
    since: presentTime(one.since),
    actor: one.actor,
    reason: one.reason,
    apply: one.apply,
    undoes: one.undoes,
    /** For new sessions only: null while there are sessions of before. */
    settled_at: presentTime(one.settledAt),
  }
}

function presentPreview(preview: PolicyPreview) {
  return {
    version: preview.version,
    apply: preview.apply,
    changes: preview.changes,
    unchanged: preview.unchanged,
    ends: preview.ends,
    stale_access_tokens: preview.staleAccessTokens,
    sample:
      preview.sample?.map(({ id, userId, username, device, reason }) => ({
        id,
        user_id: userId,
        username,
        device,
        reason,
      })) ?? null,
    stays: preview.stays.map(name => stays[name]),
  }
}
