// Routes of verifiers: processes of resource servers that verify tokens themselves.
import { z } from 'zod'
import { may } from '../../kinds/permission.js'
import { get } from '../../route.js'
import { count, listOf, time } from '../../wire/answers.js'

const verifierSchema = z
  .object({
    application: z.string().describe('Its `client_id`.'),
    verifier: z.string().describe('As it calls itself.'),
    version: z.string().describe('Of the kit; empty where it does not say.'),
    address: z.string(),
    applied: count.nullable().describe('Up to where it has applied the log; null: nothing of it.'),
    behind: count.nullable().describe('How many numbers of the log it has not applied.'),
    connected: z.boolean().describe('Its lease may last.'),
    applied_at: time.nullable().describe('When it told last that it had moved on.'),
    last_seen_at: time,
    lease_ends_at: time.describe('No lease that it was given lasts longer; in the past where it is over.'),
    keys_fetched_at: time.nullable().describe('When it last fetched the public keys.'),
    first_seen_at: time,
  })
  .meta({ id: 'Verifier' })

export const verifierRoutes = {
  listVerifiers: get(
    '/api/admin/verifiers',
    may('darvoza:revocations:read'),
    'Processes of resource servers that verify by themselves, and how far each has applied the log',
    {
      query: { application: { is: 'text', about: 'A `client_id`: its own alone.' } },
      answers: { 200: listOf(verifierSchema) },
    },
  ),
} as const
