// The versions of the policy: changes, author, time and reason; and taking back a change, by its preview.
import type { Names } from '../../../identity/people/names.js'
import type { ListedPolicyVersion, Policies, PolicyInVersion } from '../../../identity/policies/policies.js'
import type { PolicyName } from '../../../policy/policies.js'
import type { PolicyApply } from '../../../policy/policy-version.js'
import { Refusal, refuse } from '../../../protocol/errors.js'
import { browserUserOf, type Context } from '../../handler.js'
import { readFields } from '../../wire/fields.js'
import { type Problems, problemsOf, typedIn } from '../fields.js'
import type { Frame } from '../frame.js'
import type { Pages } from '../page.js'
import { readChoice, readSize, readWhole } from '../query.js'
import { actorText } from './people.js'
import { previewPath, reasonRule } from './policies.js'
import { appliesOf, presentChange, presentPreview, reasonText, typedValue } from './policy-texts.js'

export type PolicyVersionPagesDeps = { pages: Pages; policies: Policies; names: Names }

const list = '/admin/policies/versions'

export function createPolicyVersionPages({ pages, policies, names }: PolicyVersionPagesDeps) {
  /** The version of the address that may be taken back. @throws not_found */
  async function requireVersion(ctx: Context): Promise<ListedPolicyVersion> {
    const { version: text = '' } = ctx.params
    const wanted = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0
    const [found] = await policies.versions({ before: wanted + 1, limit: 1 })
    // The first version changed nothing that could be taken back.
    if (found?.version !== wanted || wanted <= 1) throw refuse('not_found')
    return found
  }

  async function showUndoing(ctx: Context, one: ListedPolicyVersion, apply: PolicyApply, problems: Problems = {}) {
    const frame = pages.frameOf(ctx)
    const { t } = frame
    const { version } = one
    const preview = await policies.previewUndo(version, browserUserOf(ctx).actor, apply)
    const action = `${list}/${version}/undo`
    await pages.show(
      ctx,
      'admin/policy-preview',
      {
        title: t('policies.undoVersion', { version }),
        crumbs: [
          { label: t('nav.policies'), href: '/admin/policies' },
          { label: t('policies.versions'), href: list },
        ],
        preview: presentPreview(preview, frame),
        problem: '',
        apply,
        problems,
        values: typedIn(ctx, ['reason']),
        action,
        back: list,
        applies: appliesOf(one.changed).map(one => ({ name: one, href: `${action}?apply=${one}` })),
        hidden: { apply },
      },
      Object.keys(problems).length > 0 ? 400 : 200,
    )
  }

  /** Runs `work`; a version that cannot be taken back gets a notice on the list of versions. */
  async function orShowRefusal(ctx: Context, version: number, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'policy_conflict') throw error
      await pages.flash(ctx, { tone: 'warn', text: pages.translate(ctx)('policies.cannotUndo', { version }) })
      pages.go(ctx, list)
    }
  }

  return {
    async policyVersionsPage(ctx: Context): Promise<void> {
      const frame = pages.frameOf(ctx)
      const { t } = frame
      const limit = readSize(ctx)
      const before = readWhole(ctx, 'before', Number.MAX_SAFE_INTEGER)
      const [found, { version, policy }] = await Promise.all([
        policies.versions({ before, limit: limit + 1 }),
        policies.show(),
      ])
      const shown = found.slice(0, limit)
      const known = await names.ofActors(shown.map(one => one.actor))
      await pages.show(ctx, 'admin/policy-versions', {
        title: t('policies.versions'),
        lead: t('policies.versionsLead'),
        crumbs: [{ label: t('nav.policies'), href: '/admin/policies' }],
        versions: shown.map(one => ({
          ...presentVersion(one, frame),
          by: actorText(one.actor, known.get(one.actor), frame.t),
          forAll: isForNew(one) ? previewPath(typedOf(one, policy), version, 'refresh') : null,
        })),
        // Versions are numbered without gaps, so the latest number is their count.
        counted: { count: version, more: false },
        row: version - (shown[0]?.version ?? version) + 1,
        next: found.length > limit ? shown.at(-1)!.version : null,
      })
    },

    async undoPolicyPage(ctx: Context): Promise<void> {
      const one = await requireVersion(ctx)
      const apply = readChoice(ctx, 'apply', appliesOf(one.changed))
      await orShowRefusal(ctx, one.version, () => showUndoing(ctx, one, apply))
    },

    async undoPolicyNow(ctx: Context): Promise<void> {
      const one = await requireVersion(ctx)
      const asked = typedIn(ctx, ['apply']).apply
      const apply = appliesOf(one.changed).find(one => one === asked)
      if (!apply) return pages.go(ctx, `${list}/${one.version}/undo`)
      await orShowRefusal(ctx, one.version, async () => {
        try {
          const { reason } = readFields(ctx, { reason: reasonRule })
          await policies.undo(one.version, browserUserOf(ctx).actor, reason, apply)
        } catch (error) {
          return showUndoing(ctx, one, apply, problemsOf(error, pages.frameOf(ctx)))
        }
        const text = pages.translate(ctx)('policies.undone', { version: one.version })
        await pages.flash(ctx, { tone: 'good', text })
        pages.go(ctx, list)
      })
    },
  }
}

function presentVersion(one: ListedPolicyVersion, frame: Frame) {
  const { version, since, reason, apply, undoes } = one
  const changes = one.changes.map(change => presentChange(change, frame))
  return {
    version,
    since,
    reason: reasonText(version, reason, frame),
    apply,
    undoes,
    changes,
    settled: apply !== 'new' || one.settledAt !== null,
  }
}

/** Whether the version was applied to new sessions only, and sessions under an older one still live. */
function isForNew({ apply, settledAt }: ListedPolicyVersion): boolean {
  return apply === 'new' && settledAt === null
}

/** The values that a version set, as they are in the present policy. */
function typedOf({ changed }: ListedPolicyVersion, policy: PolicyInVersion['policy']) {
  return Object.fromEntries(changed.map((name: PolicyName) => [name, typedValue(name, policy[name])]))
}
