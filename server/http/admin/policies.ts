// The policy: its values, its former versions, the preview of a change, and the change itself. Durations are seconds in
// answers, and in requests seconds or text such as `15m`.
import type { ListedPolicyVersion, Policies, PolicyInVersion, PolicyPreview } from '../../identity/policies/policies.js'
import {
  firstPolicy,
  isPolicyName,
  isSessionPolicy,
  type PolicyRow,
  policyNames,
  policyTable,
} from '../../policy/policies.js'
import { unaffectedTexts } from '../../policy/policy-preview.js'
import { readGivenPolicyValue } from '../../policy/policy-values.js'
import { refuseField } from '../../protocol/errors.js'
import { type Context, personOf } from '../handler.js'
import { presentTime } from '../me/present.js'
import { type Answer, answer } from '../wire/answers.js'
import { readBody } from '../wire/fields.js'
import { readParameter } from '../wire/parameters.js'
import { readLimit } from './paging.js'
import {
  type policiesSchema,
  type policyHeadSchema,
  type policyPreviewSchema,
  type policyVersionSchema,
  policyRoutes as routes,
} from './routes/policies.js'

export type AdminPoliciesDeps = { policies: Policies }

export function createAdminPolicyHandlers({ policies }: AdminPoliciesDeps) {
  return {
    async showPolicies(ctx: Context): Promise<void> {
      answer(ctx, routes.showPolicies, presentPolicies(await policies.show()))
    },

    async listPolicyVersions(ctx: Context): Promise<void> {
      const before = readParameter(ctx, 'before', routes.listPolicyVersions.query.before) ?? Number.MAX_SAFE_INTEGER
      const page = { limit: readLimit(ctx), before }
      const found = await policies.versions(page)
      const next = found.length < page.limit ? null : found.at(-1)!.version
      answer(ctx, routes.listPolicyVersions, { results: found.map(presentVersion), next })
    },

    /** Previews `changes` or, with `undo` in their place, taking back a version. */
    async previewPolicies(ctx: Context): Promise<void> {
      const { changes, undo, apply = usualApply } = readBody(ctx, routes.previewPolicies)
      const { actor } = personOf(ctx)
      if (undo !== undefined && changes !== undefined) throw refuseField('undo', 'undo_with_changes')
      if (undo === undefined && changes === undefined) throw refuseField('changes', 'required')
      const preview =
        undo === undefined
          ? await policies.preview(valuesOf(changes!), actor, apply)
          : await policies.previewUndo(undo, actor, apply)
      answer(ctx, routes.previewPolicies, presentPreview(preview))
    },

    async changePolicies(ctx: Context): Promise<void> {
      const { changes, apply = usualApply, reason = '', version: seen } = readBody(ctx, routes.changePolicies)
      const changed = await policies.set(valuesOf(changes), personOf(ctx).actor, reason, { apply, seen })
      answer(ctx, routes.changePolicies, presentPolicies(changed))
    },

    async undoPolicies(ctx: Context): Promise<void> {
      const { apply = usualApply, reason = '', version = null } = readBody(ctx, routes.undoPolicies)
      const undone = await policies.undo(version, personOf(ctx).actor, reason, apply)
      answer(ctx, routes.undoPolicies, presentPolicies(undone))
    },
  }
}

const usualApply = 'refresh'

/** The values of a change, not validated: the policy's own rules do that. */
function valuesOf(changes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(changes).map(([name, value]) => [
      name,
      isPolicyName(name) ? readGivenPolicyValue(name, value) : value,
    ]),
  )
}

function presentPolicies(shown: PolicyInVersion): Answer<typeof policiesSchema> {
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

function presentVersion(version: ListedPolicyVersion): Answer<typeof policyVersionSchema> {
  return { ...presentHead(version), changes: version.changes }
}

function presentHead(one: Omit<PolicyInVersion, 'policy'>): Answer<typeof policyHeadSchema> {
  return {
    version: one.version,
    since: presentTime(one.since),
    actor: one.actor,
    reason: one.reason,
    apply: one.apply,
    undoes: one.undoes,
    settled_at: presentTime(one.settledAt),
  }
}

function presentPreview(preview: PolicyPreview): Answer<typeof policyPreviewSchema> {
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
    stays: preview.stays.map(name => unaffectedTexts[name]),
  }
}
