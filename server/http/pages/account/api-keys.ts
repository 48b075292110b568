// The user's own API keys at `/account/keys`: the list, the form for a new key (api-key-form.ts), and ending a key.
import type { ApiKeys } from '../../../identity/api-keys/api-keys.js'
import { browserUserOf, type Context } from '../../handler.js'
import type { ApiKeyForms, ApiKeyOwner } from '../api-key-form.js'
import { shownApiKey } from '../api-key-texts.js'
import type { Pages } from '../page.js'

export type OwnApiKeyPagesDeps = { pages: Pages; apiKeys: ApiKeys; apiKeyForms: ApiKeyForms }

const list = '/account/keys'

/** The page of one's own API keys, with which programs act in one's name; and their end. */
export function createOwnApiKeyPages({ pages, apiKeys, apiKeyForms }: OwnApiKeyPagesDeps) {
  function ownerOf(ctx: Context): ApiKeyOwner {
    const { t } = pages.frameOf(ctx)
    const { user } = browserUserOf(ctx).browser
    return {
      user,
      mayGive: () => true,
      action: `${list}/new`,
      back: list,
      title: t('apiKeys.new'),
      crumbs: [{ label: t('apiKeys.title'), href: list }],
    }
  }

  return {
    async ownApiKeysPage(ctx: Context): Promise<void> {
      const frame = pages.frameOf(ctx)
      const { t } = frame
      const found = await apiKeys.listOf(browserUserOf(ctx).userId)
      await pages.show(ctx, 'account/api-keys', {
        title: t('apiKeys.title'),
        lead: t('apiKeys.lead'),
        actions: [{ label: t('apiKeys.new'), icon: 'add', tone: 'primary', href: `${list}/new` }],
        keys: found.map(key => shownApiKey(key, frame)),
      })
    },

    newOwnApiKeyPage: (ctx: Context) => apiKeyForms.show(ctx, ownerOf(ctx)),
    createOwnApiKeyPage: (ctx: Context) => apiKeyForms.create(ctx, ownerOf(ctx)),

    async endOwnApiKeyPage(ctx: Context): Promise<void> {
      const { userId, actor } = browserUserOf(ctx)
      await apiKeys.end(ctx.params.id!, userId, actor)
      await pages.flash(ctx, { tone: 'good', text: pages.translate(ctx)('apiKeys.nowEnded') })
      pages.go(ctx, list)
    },
  }
}
