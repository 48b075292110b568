// The pages of one application: settings, scopes, secrets, and their changes.
import type { PublicApplication } from '../../../identity/applications/public-application.js'
import type { Actor } from '../../../policy/actor.js'
import { isSelfDescribed } from '../../../policy/own-description.js'
import { browserUserOf, type Context } from '../../handler.js'
import { type Problems, problemsOf, problemText, typedIn } from '../fields.js'
import { pathWith } from '../paths.js'
import { gathered, readMetadata, typedValues } from './application-form.js'
import { type ApplicationViewDeps, createApplicationView, formOf, overlaps, type Tab } from './application-view.js'
import { createGivenSecrets } from './given-secret.js'
import { readScopes, typedRows } from './resource-form.js'

export type OneApplicationPagesDeps = ApplicationViewDeps

export function createOneApplicationPages(deps: OneApplicationPagesDeps) {
  const { pages, applications, secretChanges } = deps
  const show = createApplicationView(deps)
  const give = createGivenSecrets(deps)

  const found = (ctx: Context): Promise<PublicApplication> => applications.require(ctx.params.id ?? '')
  const pathOf = ({ id }: Pick<PublicApplication, 'id'>, tab?: Tab) =>
    pathWith(`/admin/applications/${encodeURIComponent(id)}`, { tab })

  async function done(ctx: Context, application: PublicApplication, textKey: string, tab?: Tab): Promise<void> {
    await pages.flash(ctx, { tone: 'good', text: pages.translate(ctx)(textKey, { name: application.name }) })
    pages.go(ctx, pathOf(application, tab))
  }

  /** Changes the application, shows a notice, and redirects to its page. */
  async function act(ctx: Context, work: (id: string, actor: Actor) => Promise<void>, textKey: string, tab?: Tab) {
    const application = await found(ctx)
    await work(application.id, browserUserOf(ctx).actor)
    await done(ctx, application, textKey, tab)
  }

  /** Saves the form of a tab; problems are shown beside the fields, warnings on the next page. */
  async function save(ctx: Context, tab: 'settings' | 'access'): Promise<void> {
    const application = await found(ctx)
    const form = formOf(application, tab)
    const isNamed = tab === 'settings' && !isSelfDescribed(application.origin, 'client_name')
    const name = isNamed ? typedIn(ctx, ['client_name']).client_name : application.name
    try {
      const metadata = Object.fromEntries(
        Object.entries(readMetadata(ctx, form)).map(([member, value]) => [member, value ?? emptied(member)]),
      )
      const changes = { metadata, ...(isNamed && { name: name.trim() }) }
      const { warnings } = await applications.change(application.id, changes, browserUserOf(ctx).actor)
      const { t } = pages.frameOf(ctx)
      const text = [t('application.saved', { name: name.trim() })]
      for (const warning of warnings) text.push(problemText(warning, t))
      await pages.flash(ctx, { tone: warnings.length > 0 ? 'warn' : 'good', text: text.join(' ') })
      pages.go(ctx, pathOf(application, tab))
    } catch (error) {
      const values = { ...typedValues(ctx, form), client_name: name }
      await show(ctx, application, { values, problems: problemsIn(ctx, error) }, tab)
    }
  }

  const problemsIn = (ctx: Context, error: unknown): Problems => gathered(problemsOf(error, pages.frameOf(ctx)))

  return {
    async applicationPage(ctx: Context): Promise<void> {
      await show(ctx, await found(ctx))
    },

    saveApplicationPage: (ctx: Context) => save(ctx, 'settings'),
    saveApplicationAccess: (ctx: Context) => save(ctx, 'access'),

    async saveApplicationResource(ctx: Context): Promise<void> {
      const application = await found(ctx)
      const { resource } = typedIn(ctx, ['resource'])
      try {
        const resourceScopes = readScopes(ctx, application.resourceScopes)
        const changes = { resource: resource.trim() || null, resourceScopes }
        await applications.change(application.id, changes, browserUserOf(ctx).actor)
      } catch (error) {
        const problems = problemsIn(ctx, error)
        return await show(ctx, application, { values: { resource }, problems, rows: typedRows(ctx) }, 'resource')
      }
      await done(ctx, application, 'application.saved', 'resource')
    },

    async newApplicationSecret(ctx: Context): Promise<void> {
      const application = await found(ctx)
      const overlap = Number(typedIn(ctx, ['overlap']).overlap)
      const overlapSeconds = overlaps.find(seconds => seconds === overlap) ?? overlaps[0]
      let secret: string
      try {
        secret = await secretChanges.rotate(application.id, { overlapSeconds }, browserUserOf(ctx).actor)
      } catch (error) {
        const problems = { non_field_errors: Object.values(problemsIn(ctx, error)).join(' ') }
        return await show(ctx, application, { values: {}, problems }, 'secrets')
      }
      const text = pages.translate(ctx)('application.secretMade', { name: application.name })
      await give(ctx, { application, secret, text })
    },

    retireApplicationSecret: (ctx: Context) =>
      act(
        ctx,
        (id, actor) => secretChanges.end(id, ctx.params.secret ?? '', actor),
        'application.secretEnded',
        'secrets',
      ),

    disableApplicationPage: (ctx: Context) => act(ctx, applications.disable, 'application.nowDisabled'),
    enableApplicationPage: (ctx: Context) => act(ctx, applications.enable, 'application.nowEnabled'),
    endApplicationSessionsPage: (ctx: Context) => act(ctx, applications.endSessions, 'application.allEnded'),

    async deleteApplicationPage(ctx: Context): Promise<void> {
      const { id, name } = await found(ctx)
      await applications.remove(id, browserUserOf(ctx).actor)
      await pages.flash(ctx, { tone: 'good', text: pages.translate(ctx)('application.nowDeleted', { name }) })
      pages.go(ctx, '/admin/applications')
    },
  }
}

/** The value of an emptied field: null removes the member; an empty `scope` is no scopes, not the defaults. */
const emptied = (member: string): string | null => (member === 'scope' ? '' : null)
