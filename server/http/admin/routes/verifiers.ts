// Routes of verifiers: processes of resource servers that verify tokens themselves.
import { z } from 'zod'
import { may } from '../../kinds/permission.js'
import { get } from '../../route.js'
import { count, listOf, time } from '../../wire/answers.js'

const verifierSchema = z
  .object({
    application: z.string().describe('The `client_id` of the application.'),
    verifier: z.string().describe('The name of the verifier, which it chose itself.'),
    version: z.string().describe('The version of the verifier library; empty if unknown.'),
    address: z.string(),
    applied: count.nullable().describe('The log position that it has applied; null: none of this log.'),
    behind: count.nullable().describe('The number of log entries that it has not applied yet.'),
    connected: z.boolean().describe('Whether its lease may still be valid.'),
    applied_at: time.nullable().describe('When it last reported a new log position.'),
    last_seen_at: time,
    lease_ends_at: time.describe('The latest time until which one of its leases is valid.'),
    keys_fetched_at: time.nullable().describe('When it last fetched the JWKS.'),
    first_seen_at: time,
  })
  .meta({ id: 'Verifier' })

export const verifierRoutes = {
  listVerifiers: get(
    '/api/admin/verifiers',
    may('darvoza:revocations:read'),
    'List verifier processes of resource servers, and the log position that each has applied',
    {
      query: { application: { is: 'text', about: 'A `client_id`: only the verifiers of this application.' } },
      answers: { 200: listOf(verifierSchema) },
    },
  ),
} as const
