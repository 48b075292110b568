// The policies, as an administrator reads and changes them. A change is saved from its preview, whose address holds the
// whole change, so that it can be opened again, or by somebody else, before it is saved.
import type { Policies, PolicyInVersion } from '../../../identity/policies/policies.js'
import { type Policy, type PolicyName, policiesOf, policyGroupNames, policyNames } from '../../../policy/policies.js'
import { readPolicyValue, whyNotPolicy } from '../../../policy/policy-values.js'
import type { PolicyApply } from '../../../policy/policy-version.js'
import { browserUserOf, type Context } from '../../handler.js'
import { readFields } from '../../wire/fields.js'
import { type Problems, problemsOf, problemText, typedIn } from '../fields.js'
import type { Frame } from '../frame.js'
import type { Pages } from '../page.js'
import { readChoice } from '../query.js'
import {
  appliesOf,
  fieldOf,
  formValue,
  policyProblemText,
  presentPolicy,
  presentPreview,
  reasonText,
  typedValue,
} from './policy-texts.js'

export type PolicyPagesDeps = { pages: Pages; policies: Policies }

/** Rule of the reason for a change, which the audit log keeps. */
export const reasonRule = { trim: true, maxLength: 255 } as const

type Typed = Partial<Record<PolicyName, string>>

export function createPolicyPages({ pages, policies }: PolicyPagesDeps) {
  const crumbsOf = (ctx: Context) => [{ label: pages.translate(ctx)('nav.policies'), href: '/admin/policies' }]

  /** The form of one group, with values as typed or else the present ones. */
  async function showForm(ctx: Context, typed: Typed = {}, problems: Problems = {}, status = 200): Promise<void> {
    const frame = pages.frameOf(ctx)
    const group = readChoice(ctx, 'group', policyGroupNames)
    const { policy, version } = await policies.show()
    const names = policiesOf(group)
    await pages.show(
      ctx,
      'admin/policy-change',
      {
        title: frame.t('policies.change'),
        lead: frame.t('policies.changeLead'),
        crumbs: crumbsOf(ctx),
        group,
        groups: policyGroupNames,
        version,
        problems,
        fields: names.map(name => fieldOf(name, frame)),
        values: Object.fromEntries(names.map(name => [name, typed[name] ?? formValue(name, policy[name], frame)])),
      },
      status,
    )
  }

  async function showPreview(ctx: Context, typed: Typed, apply: PolicyApply, problems: Problems = {}): Promise<void> {
    const frame = pages.frameOf(ctx)
    const names = Object.keys(typed) as PolicyName[]
    const { version } = await policies.show()
    const found = await policies.preview(valuesOf(typed), browserUserOf(ctx).actor, apply).then(
      preview => ({ preview: presentPreview(preview, frame), problem: '' }),
      error => ({ preview: null, problem: Object.values(problemsOf(error, frame)).join(' ') }),
    )
    await pages.show(
      ctx,
      'admin/policy-preview',
      {
        title: frame.t('policies.preview'),
        crumbs: crumbsOf(ctx),
        ...found,
        apply,
        problems,
        values: typedIn(ctx, ['reason']),
        action: '/admin/policies',
        back: '/admin/policies/change',
        applies: appliesOf(names).map(one => ({ name: one, href: previewPath(typed, version, one) })),
        // One field for all values: a field with `token` or `password` in its name would be dropped when the password
        // is asked for.
        hidden: { changes: String(new URLSearchParams(typed as Record<string, string>)), apply, version },
      },
      Object.keys(problems).length > 0 ? 400 : 200,
    )
  }

  /** The policy has changed since the preview: notice, and back to the form. */
  async function redirectToForm(ctx: Context): Promise<void> {
    await pages.flash(ctx, { tone: 'warn', text: pages.translate(ctx)('errors.policy_conflict') })
    pages.go(ctx, '/admin/policies/change')
  }

  return {
    async policiesPage(ctx: Context): Promise<void> {
      const frame = pages.frameOf(ctx)
      const { t } = frame
      const shown = await policies.show()
      await pages.show(ctx, 'admin/policies', {
        title: t('nav.policies'),
        lead: t('policies.lead'),
        actions: [{ label: t('policies.versions'), icon: 'history', href: '/admin/policies/versions' }],
        ...presentInForce(shown, frame),
        groups: policyGroupNames.map(group => ({
          group,
          policies: policiesOf(group).map(name => presentPolicy(name, shown.policy, frame)),
        })),
      })
    },

    changePoliciesPage: (ctx: Context) => showForm(ctx),

    /** Compares the typed values with the present ones, and redirects to the preview of the changes. */
    async checkPoliciesPage(ctx: Context): Promise<void> {
      const frame = pages.frameOf(ctx)
      const { policy, version } = await policies.show()
      const { version: seen, ...rest } = typedIn(ctx, ['version', ...policyNames])
      if (seen !== String(version)) return redirectToForm(ctx)
      const sent = policyNames.filter(name => Object.hasOwn((ctx.request.body ?? {}) as object, name))
      const typed: Typed = Object.fromEntries(sent.map(name => [name, rest[name].trim()]))
      const values = valuesOf(typed)
      const problems: Problems = Object.fromEntries(
        sent.flatMap(name => {
          const problem = policyProblemText(name, values[name], frame)
          return problem === null ? [] : [[name, problem]]
        }),
      )
      const different = sent.filter(name => values[name] !== policy[name])
      if (Object.keys(problems).length === 0) {
        const whole = whyNotPolicy({ ...policy, ...(values as Partial<Policy>) }).map(problem =>
          problemText(problem, frame.t),
        )
        if (whole.length > 0) problems.non_field_errors = whole.join(' ')
        else if (different.length === 0) problems.non_field_errors = frame.t('policies.nothingChanged')
      }
      if (Object.keys(problems).length > 0) return showForm(ctx, typed, problems, 400)
      const changed = Object.fromEntries(different.map(name => [name, typedValue(name, values[name])]))
      pages.go(ctx, previewPath(changed, version, 'refresh'))
    },

    async previewPoliciesPage(ctx: Context): Promise<void> {
      const typed = typedFrom(new URLSearchParams(ctx.querystring))
      const names = Object.keys(typed) as PolicyName[]
      const { version } = await policies.show()
      if (names.length === 0) return pages.go(ctx, '/admin/policies/change')
      // A link that names no version is compared with the present one.
      if (ctx.query.version !== undefined && ctx.query.version !== String(version)) return redirectToForm(ctx)
      await showPreview(ctx, typed, readChoice(ctx, 'apply', appliesOf(names)))
    },

    async savePoliciesPage(ctx: Context): Promise<void> {
      const { t } = pages.frameOf(ctx)
      const { changes, apply: asked, version } = typedIn(ctx, ['changes', 'apply', 'version'])
      const typed = typedFrom(new URLSearchParams(changes))
      const names = Object.keys(typed) as PolicyName[]
      const apply = appliesOf(names).find(one => one === asked)
      // This server's own forms never send this: the change is not guessed.
      if (names.length === 0 || !apply || !/^[1-9]\d{0,8}$/.test(version)) return redirectToForm(ctx)
      let saved: PolicyInVersion
      try {
        const { reason } = readFields(ctx, { reason: reasonRule })
        const how = { apply, seen: Number(version) }
        saved = await policies.set(valuesOf(typed), browserUserOf(ctx).actor, reason, how)
      } catch (error) {
        return showPreview(ctx, typed, apply, problemsOf(error, pages.frameOf(ctx)))
      }
      await pages.flash(ctx, {
        tone: 'good',
        text: t('policies.saved', { version: saved.version }),
        action: { label: t('policies.undo'), href: `/admin/policies/versions/${saved.version}/undo` },
      })
      pages.go(ctx, '/admin/policies')
    },
  }
}

function presentInForce({ version, since, reason }: PolicyInVersion, frame: Frame) {
  return { version, since, reason: reasonText(version, reason, frame) }
}

/** The policy values in the parameters of an address. */
function typedFrom(parameters: URLSearchParams): Typed {
  return Object.fromEntries(
    policyNames.flatMap(name => {
      const text = parameters.get(name)
      return text === null || text.length > 200 ? [] : [[name, text]]
    }),
  )
}

/** The address of a change's preview. An empty value is a value, too, and stays in. */
export function previewPath(typed: Typed, version: number, apply: PolicyApply): string {
  return `/admin/policies/preview?${new URLSearchParams({ ...typed, version: String(version), apply })}`
}

function valuesOf(typed: Typed): Partial<Record<PolicyName, unknown>> {
  return Object.fromEntries(
    (Object.entries(typed) as [PolicyName, string][]).map(([name, text]) => [name, readPolicyValue(name, text)]),
  )
}
