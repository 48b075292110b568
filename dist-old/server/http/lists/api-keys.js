import { z } from 'zod';
import { apiKeyStates } from '../../identity/api-keys/api-key-list.js';
import { time, userId } from '../wire/answers.js';
export const apiKeyFilters = {
    user: { as: 'userId', is: 'user' },
    state: { as: 'state', is: 'choice', of: apiKeyStates },
    text: { as: 'text', is: 'text' },
};
export const ownApiKeySchema = z
    .object({
    id: z.string(),
    name: z.string(),
    hint: z.string().describe('Its last characters.'),
    scopes: z.array(z.string()),
    resource: z.string().nullable().describe('The resource server that takes it; null: this server.'),
    elevated: z.boolean().describe('It may do what asks for a sign-in within five minutes.'),
    state: z.enum(apiKeyStates),
    created_at: time,
    expires_at: time.nullable(),
    last_used_at: time.nullable().describe('The day is right, and not more.'),
    last_used_address: z.string().nullable(),
    ended_at: time.nullable(),
    ended_reason: z.string().nullable(),
})
    .meta({ id: 'ApiKey' });
export const apiKeyRowSchema = ownApiKeySchema
    .extend({ user_id: userId, username: z.string() })
    .meta({ id: 'ApiKeyInList' });
/** Of one's own, whose name everybody knows. */
export const ownApiKeyColumns = {
    id: key => key.id,
    name: key => key.name,
    hint: key => key.hint,
    scopes: key => key.scopes,
    resource: key => key.resource,
    elevated: key => key.elevated,
    state: key => key.state,
    created_at: { at: key => key.createdAt },
    expires_at: { at: key => key.expiresAt },
    last_used_at: { at: key => key.lastUsedAt },
    last_used_address: key => key.lastUsedAddress,
    ended_at: { at: key => key.endedAt },
    ended_reason: key => key.endedWhy,
};
export const apiKeyColumns = {
    id: ({ key }) => key.id,
    user_id: ({ key }) => key.userId,
    username: ({ username }) => username,
    name: ({ key }) => key.name,
    hint: ({ key }) => key.hint,
    scopes: ({ key }) => key.scopes,
    resource: ({ key }) => key.resource,
    elevated: ({ key }) => key.elevated,
    state: ({ key }) => key.state,
    created_at: { at: ({ key }) => key.createdAt },
    expires_at: { at: ({ key }) => key.expiresAt },
    last_used_at: { at: ({ key }) => key.lastUsedAt },
    last_used_address: ({ key }) => key.lastUsedAddress,
    ended_at: { at: ({ key }) => key.endedAt },
    ended_reason: ({ key }) => key.endedWhy,
};
//# sourceMappingURL=api-keys.js.map