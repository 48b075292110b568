import { accountScope, apiKeyPrefix } from '../../policy/api-key.js';
import { ownApiKeyColumns } from '../lists/api-keys.js';
import { pageOf } from '../lists/columns.js';
import { meaningOf } from './admin/role-texts.js';
export function shownApiKey(key, frame) {
    const { t } = frame;
    const { id, name, state, endedWhy, expiresAt } = key;
    return {
        ...pageOf(ownApiKeyColumns, key),
        ...{ id, name, state },
        /** As much of it as anybody may see. */
        hint: `${apiKeyPrefix}…${key.hint}`,
        scopes: key.scopes.map(scope => ({ name: scope, text: scopeMeaning(scope, frame) ?? scope })),
        isForever: expiresAt === null,
        why: endedWhy === null ? '' : t(`apiKeys.why.${endedWhy}`),
    };
}
/** What a scope lets do here; null for what other applications call theirs. */
export function scopeMeaning(scope, frame) {
    return scope === accountScope ? frame.t('apiKeys.account') : meaningOf(scope, frame);
}
//# sourceMappingURL=api-key-texts.js.map