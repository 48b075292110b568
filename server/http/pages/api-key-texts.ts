// API keys in the reader's language.
import type { PublicApiKey } from '../../identity/api-keys/public-api-key.js'
import { accountScope, apiKeyPrefix } from '../../policy/api-key.js'
import { ownApiKeyColumns } from '../lists/api-keys.js'
import { pageOf } from '../lists/columns.js'
import { meaningOf } from './admin/role-texts.js'
import type { Frame } from './frame.js'

export type ShownApiKey = ReturnType<typeof shownApiKey>

export function shownApiKey(key: PublicApiKey, frame: Frame) {
  const { t } = frame
  const { id, name, state, endedWhy, expiresAt } = key
  return {
    ...pageOf(ownApiKeyColumns, key),
    ...{ id, name, state },
    /** The prefix and the last characters of the key, which any reader may see. */
    hint: `${apiKeyPrefix}…${key.hint}`,
    scopes: key.scopes.map(scope => ({ name: scope, text: scopeMeaning(scope, frame) ?? scope })),
    isForever: expiresAt === null,
    why: endedWhy === null ? '' : t(`apiKeys.why.${endedWhy}`),
  }
}

/** The meaning of a scope of this server; null for scopes of other applications. */
export function scopeMeaning(scope: string, frame: Frame): string | null {
  return scope === accountScope ? frame.t('apiKeys.account') : meaningOf(scope, frame)
}
