// What whoever makes an API key says of it, and what the answer is.
import { z } from 'zod';
import { ownApiKeyColumns, ownApiKeySchema } from '../lists/api-keys.js';
import { jsonOf } from '../lists/columns.js';
import { userId } from '../wire/answers.js';
export const apiKeyFields = {
    name: { trim: true, about: 'For its owner alone.' },
    scopes: { is: 'texts', required: false, about: 'Permissions, and `darvoza:account` for `/api/me/`.' },
    resource: { required: false, about: 'The resource server that takes it; this server where it is left out.' },
    expires_at: { is: 'time', required: false, wrong: 'not_time' },
    elevated: { is: 'flag', about: 'Whether it may do what asks for a sign-in within five minutes.' },
};
export const newApiKeySchema = ownApiKeySchema
    .extend({ user_id: userId, key: z.string().describe('Its text, shown once.') })
    .meta({ id: 'NewApiKey' });
export function apiKeyToCreate(body) {
    const { name, scopes = [], resource, expires_at: expiresAt = null, elevated } = body;
    return { name, scopes, resource, expiresAt, elevated };
}
/** `key`: its text, which nobody can read again. */
export function presentNewApiKey({ key, text }) {
    const shown = jsonOf(ownApiKeyColumns, key);
    return { ...shown, user_id: key.userId, key: text };
}
//# sourceMappingURL=present-api-key.js.map