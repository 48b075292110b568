// The signing keys, and the secrets that refresh tokens and device tokens are signed with.
import { z } from 'zod';
import { revocableSecrets } from '../../../policy/key-life.js';
import { may, mayIfRecent } from '../../kinds/permission.js';
import { del, get, post } from '../../route.js';
import { listOf, time } from '../../wire/answers.js';
export const keySchema = z
    .object({
    kid: z.string(),
    algorithm: z.string(),
    state: z.enum(['pending', 'active', 'retiring', 'gone']),
    created_at: time,
    activates_at: time.nullable().describe('When a pending key is to sign from.'),
    activated_at: time.nullable(),
    retired_at: time.nullable().describe('When it stopped signing.'),
    revoked_at: time.nullable(),
    removable_at: time
        .nullable()
        .describe('When nothing that it signed can be live any more; null where that is not known.'),
})
    .meta({ id: 'Key' });
export const rotationSchema = z
    .object({
    key: keySchema,
    unknown_for: z
        .int()
        .min(0)
        .describe('Seconds for which verifiers that hold an older JWKS may refuse tokens under it.'),
})
    .meta({ id: 'KeyRotation' });
export const keyRevocationSchema = z.union([
    z.object({ key: keySchema, successor: rotationSchema.nullable() }),
    z.object({ secret: z.enum(revocableSecrets), version: z.int().min(1).describe('Of the one in its place.') }),
]);
export const keyRoutes = {
    listKeys: get('/api/admin/keys', may('darvoza:keys:read'), 'The signing keys, also those of the past', {
        answers: { 200: listOf(keySchema) },
    }),
    rotateKey: post('/api/admin/keys', mayIfRecent('darvoza:keys:write'), 'Publish the next signing key, or let it sign at once', {
        body: {
            algorithm: { required: false, trim: true, maxLength: 20, about: "The policy's where it is not said." },
            now: { is: 'flag', about: 'Without it the key signs once it has been published for long enough.' },
        },
        answers: { 201: rotationSchema },
    }),
    revokeKey: del('/api/admin/keys/:kid', mayIfRecent('darvoza:keys:write'), 'Revoke a signing key, or the refresh or device key', { answers: { 200: keyRevocationSchema }, refuses: ['not_found'], waits: true }),
};
//# sourceMappingURL=keys.js.map