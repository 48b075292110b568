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
    effect: z.enum(['end', 'refresh']).describe('`end`: it is over. `refresh`: the token is stale, its session lives.'),
    except_sid: z.string().nullable().describe('A session that is left out.'),
    expires_at: epochSeconds.describe('From then on it matches no token that is not expired anyway.'),
  })
  .meta({ id: 'FeedEntry' })

const epochMilliseconds = count.describe('By the clock of the database, in ms since the epoch.')
const log = z.string().describe('Which log: it is another one once a database was restored.')

export const feedRoutes = {
  revocations: get('/revocations', follower, 'Every live entry of the revocation log', {
    answers: {
      200: z.object({
        log,
        seq: count.describe('Every entry up to this number is there that is live, and perhaps later ones.'),
        now: epochMilliseconds,
        entries: z.array(entry).describe('In no order; some may be there twice.'),
      }),
    },
    refuses: ['too_many_streams', 'streams_exhausted', 'stopping'],
  }),
  revocationStream: get('/revocations/stream', follower, 'The revocation log, as it is written (server-sent events)', {
    query: { verifier: { is: 'text', about: 'Under which name this application follows it here.' } },
    events: true,
    answers: { 200: null },
    refuses: ['invalid_fields', 'too_many_streams', 'streams_exhausted', 'stopping'],
  }),
  renewLease: post(
    '/revocations/lease',
    follower,
    'How far the log is now, for a verifier that has applied so much of it',
    {
      body: {
        verifier: { maxLength: 100, about: 'Its name, of the application’s own: letters, digits and `._:~-`.' },
        applied: {
          blank: true,
          maxLength: 100,
          about: 'Up to where it has applied the log, as `LOG:SEQ`; empty before.',
        },
        version: { required: false, maxLength: 100, about: 'Of the program.' },
        keys_fetched_at: {
          is: 'number',
          digits: /^\d{1,12}$/,
          wrong: 'not_whole',
          required: false,
          about: 'When it last fetched the public keys, in seconds since the epoch.',
        },
      },
      answers: {
        200: z.object({
          log,
          seq: count.describe('Read from the database after the call came.'),
          now: epochMilliseconds,
          lease_ms: count.describe('Counted from when the call was sent, once all up to `seq` is applied.'),
        }),
      },
      refuses: ['too_many_verifiers'],
    },
  ),
} as const
