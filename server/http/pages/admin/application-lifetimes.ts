// The form for an application's own lifetimes, which override the policy's: previewed before they are saved.
import type { PublicApplication } from '../../../identity/applications/public-application.js'
import { lifetimeNames, type OwnLifetimes } from '../../../policy/application-metadata.js'
import { readPolicyValue } from '../../../policy/policy-values.js'
import { browserUserOf, type Context } from '../../handler.js'
import { type Problems, problemsOf, typedIn } from '../fields.js'
import { gathered } from './application-form.js'
import { type ApplicationViewDeps, createApplicationView } from './application-view.js'
import { policyProblemText, titleOf, valueText } from './policy-texts.js'
import { countText } from './role-texts.js'

export function createApplicationLifetimePages(deps: ApplicationViewDeps) {
  const { pages, applications, policy } = deps
  const show = createApplicationView(deps)

  const found = (ctx: Context): Promise<PublicApplication> => applications.require(ctx.params.id ?? '')

  /** Shows the form again with its problems. */
  const again = (ctx: Context, application: PublicApplication, problems: Problems): Promise<void> =>
    show(ctx, application, { values: typedIn(ctx, lifetimeNames), problems }, 'lifetimes')

  /** The lifetimes as typed, and the problem of each. */
  function read(ctx: Context): { lifetimes: OwnLifetimes; problems: Problems } {
    const frame = pages.frameOf(ctx)
    const typed = typedIn(ctx, lifetimeNames)
    const lifetimes: OwnLifetimes = {}
    const problems: Problems = {}
    for (const name of lifetimeNames) {
      const text = typed[name].trim()
      if (text === '') continue
      const value = readPolicyValue(name, text)
      const problem = policyProblemText(name, value, frame)
      if (problem === null) lifetimes[name] = value as number
      else problems[name] = problem
    }
    return { lifetimes, problems }
  }

  return {
    async previewApplicationLifetimesPage(ctx: Context): Promise<void> {
      const application = await found(ctx)
      const frame = pages.frameOf(ctx)
      const { lifetimes, problems } = read(ctx)
      const before = application.metadata.lifetimes ?? {}
      const changed = lifetimeNames.filter(name => before[name] !== lifetimes[name])
      if (Object.keys(problems).length > 0) return await again(ctx, application, problems)
      if (changed.length === 0)
        return await again(ctx, application, { non_field_errors: frame.t('policies.nothingChanged') })
      const lifetimeText = (name: (typeof lifetimeNames)[number], own: number | undefined) =>
        valueText(name, own ?? policy()[name], frame)
      const { sessions, users } = await applications.previewLifetimes(
        application.id,
        Object.keys(lifetimes).length > 0 ? lifetimes : null,
      )
      const path = `/admin/applications/${encodeURIComponent(application.id)}`
      await pages.show(ctx, 'admin/application-lifetimes', {
        title: frame.t('application.lifetimePreview'),
        crumbs: [
          { label: frame.t('nav.applications'), href: '/admin/applications' },
          { label: application.name, href: path },
        ],
        application: { id: application.id, name: application.name },
        changes: changed.map(name => ({
          name,
          title: titleOf(name, frame),
          before: lifetimeText(name, before[name]),
          after: lifetimeText(name, lifetimes[name]),
        })),
        ends: { count: sessions.count, sessions: countText(sessions, frame), users: countText(users, frame) },
        hidden: Object.fromEntries(lifetimeNames.map(name => [name, String(typedIn(ctx, [name])[name])])),
      })
    },

    async saveApplicationLifetimes(ctx: Context): Promise<void> {
      const application = await found(ctx)
      const { t } = pages.frameOf(ctx)
      const { lifetimes, problems } = read(ctx)
      if (Object.keys(problems).length > 0) return await again(ctx, application, problems)
      try {
        const own = Object.keys(lifetimes).length > 0 ? lifetimes : null
        await applications.change(application.id, { metadata: { lifetimes: own } }, browserUserOf(ctx).actor)
      } catch (error) {
        const refused = gathered(problemsOf(error, pages.frameOf(ctx)))
        return await again(ctx, application, { non_field_errors: Object.values(refused).join(' ') })
      }
      await pages.flash(ctx, { tone: 'good', text: t('application.saved', { name: application.name }) })
      pages.go(ctx, `/admin/applications/${encodeURIComponent(application.id)}?tab=lifetimes`)
    },
  }
}
