// The list of all API keys for administrators; making one for a user, and ending one.
import { type ApiKeyFilter, apiKeyStates } from '../../../identity/api-keys/api-key-list.js'
import type { ApiKeys } from '../../../identity/api-keys/api-keys.js'
import { rightsOf } from '../../../policy/permissions.js'
import { isUserId } from '../../../protocol/claims.js'
import { refuse } from '../../../protocol/errors.js'
import { answerCsv } from '../../admin/csv.js'
import { browserUserOf, type Context } from '../../handler.js'
import { apiKeyColumns, apiKeyFilters } from '../../lists/api-keys.js'
import { readTyped } from '../../lists/filters.js'
import type { ApiKeyForms, ApiKeyOwner } from '../api-key-form.js'
import { shownApiKey } from '../api-key-texts.js'
import { typedIn } from '../fields.js'
import type { FileChoice } from '../files.js'
import type { Pages } from '../page.js'
import { isFiltered, readCounted } from './lists.js'
import type { Finder, Which } from './people.js'

export type ApiKeyPagesDeps = {
  pages: Pages
  files: FileChoice
  apiKeys: ApiKeys
  apiKeyForms: ApiKeyForms
} & Pick<Finder, 'users' | 'userList'>

const list = '/admin/api-keys'

export function createApiKeyPages({ pages, files, apiKeys, apiKeyForms, users, userList }: ApiKeyPagesDeps) {
  const readFilter = (ctx: Context, which: Which[] = []): Promise<ApiKeyFilter> =>
    readTyped(ctx, apiKeyFilters, { users, userList, frame: pages.frameOf(ctx), which })

  async function ownerOf(ctx: Context): Promise<ApiKeyOwner> {
    if (!isUserId(ctx.params.id)) throw refuse('not_found')
    const user = await users.require(Number(ctx.params.id))
    const { t } = pages.frameOf(ctx)
    const own = rightsOf(browserUserOf(ctx).browser.user)
    const page = `/admin/users/${user.id}`
    return {
      user,
      mayGive: permission => own === 'everything' || own.has(permission),
      action: `${page}/keys/new`,
      back: page,
      title: t('apiKeys.newOf', { name: user.username }),
      crumbs: [
        { label: t('nav.users'), href: '/admin/users' },
        { label: user.username, href: page },
      ],
    }
  }

  return {
    async apiKeysPage(ctx: Context): Promise<void> {
      const frame = pages.frameOf(ctx)
      const { t, url, query } = frame
      const which: Which[] = []
      const filter = await readFilter(ctx, which)
      const { results, next, partial, counted } = await readCounted(
        ctx,
        page => apiKeys.list(filter, page),
        () => apiKeys.count(filter),
      )
      const { after: _, size: __, row: ___, ...asked } = query
      await pages.show(ctx, 'admin/api-keys', {
        title: t('apiKeys.title'),
        lead: t('apiKeys.allLead'),
        actions: files.links(ctx, frame, more => url(`${list}.csv`, { ...asked, ...more }), t('apiKeys.file')),
        keys: results.map(({ key, username }) => ({ ...shownApiKey(key, frame), userId: key.userId, username })),
        next,
        partial,
        counted,
        which,
        filtered: isFiltered(filter),
        states: apiKeyStates,
      })
    },

    /** The CSV file of all rows that the filter finds, streamed row by row. */
    async apiKeysFile(ctx: Context): Promise<void> {
      const rows = apiKeys.every(await readFilter(ctx))
      answerCsv(ctx, 'darvoza-api-keys', apiKeyColumns, rows, files.take(ctx, pages.frameOf(ctx)))
    },

    newApiKeyOfUserPage: async (ctx: Context) => apiKeyForms.show(ctx, await ownerOf(ctx)),
    createApiKeyOfUserPage: async (ctx: Context) => apiKeyForms.create(ctx, await ownerOf(ctx)),

    async endApiKeyPage(ctx: Context): Promise<void> {
      await apiKeys.end(ctx.params.id!, null, browserUserOf(ctx).actor)
      await pages.flash(ctx, { tone: 'good', text: pages.translate(ctx)('apiKeys.nowEnded') })
      pages.go(ctx, typedIn(ctx, ['back']).back || list)
    },
  }
}
