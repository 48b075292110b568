// The signing keys, and the secrets that refresh tokens and device tokens are signed with.
import { z } from 'zod'
import { revocableSecrets } from '../../../policy/key-life.js'
import { may, mayIfRecent } from '../../kinds/permission.js'
import { del, get, post } from '../../route.js'
import { listOf, time } from '../../wire/answers.js'

export const keySchema = z
  .object({
    kid: z.string(),
    algorithm: z.string(),
    state: z.enum(['pending', 'active', 'retiring', 'gone']),
    created_at: time,
    activates_at: time.nullable().describe('When a pending key starts to sign.'),
    activated_at: time.nullable(),
    retired_at: time.nullable().describe('When the key stopped signing.'),
    revoked_at: time.nullable(),
    removable_at: time.nullable().describe('When every token that the key signed has expired; null if unknown.'),
  })
  .meta({ id: 'Key' })

export const rotationSchema = z
  .object({
    key: keySchema,
    unknown_for: z
      .int()
      .min(0)
      .describe('Seconds for which verifiers with a cached JWKS may refuse tokens of the new key.'),
  })
  .meta({ id: 'KeyRotation' })

export const keyRevocationSchema = z.union([
  z.object({ key: keySchema, successor: rotationSchema.nullable() }),
  z.object({
    secret: z.enum(revocableSecrets),
    version: z.int().min(1).describe('The version of the secret that replaces it.'),
  }),
])

export const keyRoutes = {
  listKeys: get('/api/admin/keys', may('darvoza:keys:read'), 'List the signing keys, also retired ones', {
    answers: { 200: listOf(keySchema) },
  }),
  rotateKey: post(
    '/api/admin/keys',
    mayIfRecent('darvoza:keys:write'),
    'Publish the next signing key, or start to sign with it at once',
    {
      body: {
        algorithm: { required: false, trim: true, maxLength: 20, about: 'Default: the algorithm of the policy.' },
        now: {
          is: 'flag',
          about: 'Sign with the key at once. Otherwise it signs once it has been published for long enough.',
        },
      },
      answers: { 201: rotationSchema },
    },
  ),
  revokeKey: del(
    '/api/admin/keys/:kid',
    mayIfRecent('darvoza:keys:write'),
    'Revoke a signing key, or the refresh or device key',
    { answers: { 200: keyRevocationSchema }, refuses: ['not_found'], waits: true },
  ),
} as const
