// Authorized applications of the user at `/account/applications`: scopes, number of sessions, and withdrawal of the
// consent. The page of a user for administrators shows the same values.
import type { AuthorizedApplication, Consents } from '../../../identity/authorizations/consents.js'
import { isUnreviewed } from '../../../policy/application-metadata.js'
import { browserUserOf, type Context } from '../../handler.js'
import type { Frame } from '../frame.js'
import type { Pages } from '../page.js'
import { webAddress } from '../paths.js'
import { type ShownScopes, scopeTexts } from '../scope-texts.js'

/** The page of applications that may act for the signed-in user, with their scopes; and withdrawing the consent. */
export function createOwnApplicationPages({ pages, consents }: { pages: Pages; consents: Consents }) {
  return {
    async ownApplicationsPage(ctx: Context): Promise<void> {
      const frame = pages.frameOf(ctx)
      const { t } = frame
      const found = await consents.listOf(browserUserOf(ctx).userId)
      const applications = found.map(one => presentAuthorization(one, frame))
      await pages.show(ctx, 'account/applications', {
        title: t('letIn.title'),
        lead: t('letIn.lead'),
        applications,
      })
    },

    async withdrawOwnApplication(ctx: Context): Promise<void> {
      const t = pages.translate(ctx)
      const { userId, actor } = browserUserOf(ctx)
      const { name } = await consents.withdraw(userId, ctx.params.id!, actor)
      await pages.flash(ctx, { tone: 'good', text: t('letIn.withdrawn', { application: name }) })
      pages.go(ctx, '/account/applications')
    },
  }
}

export type ShownAuthorization = {
  id: string
  name: string
  site: { href: string; host: string } | null
  /** Whether it is a first-party application: no consent was given, and only its sessions can be ended. */
  isFirstParty: boolean
  /** Whether the application describes itself, and no administrator has checked that. */
  isUnreviewed: boolean
  since: number | null
  rights: ShownScopes[]
  sessions: number
  lastUsedAt: number | null
}

export function presentAuthorization(
  { application, since, rights, sessions, lastUsedAt }: AuthorizedApplication,
  frame: Pick<Frame, 't' | 'language'>,
): ShownAuthorization {
  const { id, name, metadata } = application
  return {
    id,
    name,
    site: webAddress(metadata.client_uri),
    isFirstParty: since === null,
    isUnreviewed: isUnreviewed(application),
    since,
    rights: scopeTexts(rights, frame),
    sessions,
    lastUsedAt,
  }
}
