// What a new application is configured with, such as its secret. The secret is only in the answer to the form: it is
// not stored, not logged, and in no address; a page that is loaded again does not show it.
import type { PublicApplication } from '../../../identity/applications/public-application.js'
import type { Problem } from '../../../protocol/problems.js'
import type { Context } from '../../handler.js'
import { problemText } from '../fields.js'
import type { Pages } from '../page.js'
import type { Snippets } from './snippets.js'

export type GivenSecretDeps = { pages: Pages; snippets: Snippets }

export type GivenSecret = {
  application: PublicApplication
  secret: string | null
  /** The notice of what was done. */
  text: string
  warnings?: readonly Problem[]
  isNew?: true
}

export function createGivenSecrets({ pages, snippets }: GivenSecretDeps) {
  return async function show(ctx: Context, { application, secret, text, warnings = [], isNew }: GivenSecret) {
    const { t } = pages.frameOf(ctx)
    const { id, name } = application
    await pages.show(ctx, 'admin/given-secret', {
      title: name,
      crumbs: [{ label: t('nav.applications'), href: '/admin/applications' }],
      application: { id, name },
      secret,
      text,
      warnings: warnings.map(warning => problemText(warning, t)),
      snippets: snippets(application),
      isNew: isNew === true,
    })
  }
}
