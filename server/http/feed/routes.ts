// Routes of the revocation log, for resource servers that verify tokens themselves (protocol/log/feed.ts). Only
// applications may read it, with a token in their own name.
import { z } from 'zod'
import { program } from '../kinds/program.js'
import { get, post } from '../route.js'
import { count, epochSeconds } from '../wire/answers.js'

const follower = program('revocations:read')

const entry = z
  .object({
    seq: count,
    kind: z.enum(['token', 'session', 'user', 'role', 'application', 'key', 'all']),
    subject: z.string(),
    effect: z
      .enum(['end', 'refresh'])
      .describe('`end`: the session or token ends. `refresh`: the access token is stale, and its session lives.'),
    except_sid: z.string().nullable().describe('The session that the entry excludes.'),
    expires_at: epochSeconds.describe('When every token that the entry refuses has expired.'),
  })
  .meta({ id: 'FeedEntry' })

const epochMilliseconds = count.describe('The time of the database clock, in milliseconds since the epoch.')
const log = z.string().describe('The id of the log, which changes when the database is restored from a backup.')

export const feedRoutes = {
  revocations: get('/revocations', follower, 'List every live entry of the revocation log', {
    answers: {
      200: z.object({
        log,
        seq: count.describe('The list has every live entry up to this number, and possibly later ones.'),
        now: epochMilliseconds,
        entries: z.array(entry).describe('In no particular order; an entry may occur twice.'),
      }),
    },
    refuses: ['too_many_streams', 'streams_exhausted', 'stopping'],
  }),
  revocationStream: get(
    '/revocations/stream',
    follower,
    'Follow the revocation log as it is written (server-sent events)',
    {
      query: { verifier: { is: 'text', about: 'The name of this verifier among those of the application.' } },
      events: true,
      answers: { 200: null },
      refuses: ['invalid_fields', 'too_many_streams', 'streams_exhausted', 'stopping'],
    },
  ),
  renewLease: post(
    '/revocations/lease',
    follower,
    'Renew the lease of a verifier: it reports its log position, and the answer has the current one',
    {
      body: {
        verifier: {
          maxLength: 100,
          about: 'The name of this verifier among those of the application: letters, digits and `._:~-`.',
        },
        applied: {
          blank: true,
          maxLength: 100,
          about: 'The position up to which the verifier has applied the log, as `LOG:SEQ`; empty at first.',
        },
        version: { required: false, maxLength: 100, about: 'The version of the verifier program.' },
        keys_fetched_at: {
          is: 'number',
          digits: /^\d{1,12}$/,
          wrong: 'not_whole',
          required: false,
          about: 'When the verifier last fetched the public keys, in seconds since the epoch.',
        },
      },
      answers: {
        200: z.object({
          log,
          seq: count.describe('The latest log position, read from the database during this request.'),
          now: epochMilliseconds,
          lease_ms: count.describe(
            'How long the lease is valid once all entries up to `seq` are applied, counted from when the request was sent.',
          ),
        }),
      },
      refuses: ['too_many_verifiers'],
    },
  ),
} as const
