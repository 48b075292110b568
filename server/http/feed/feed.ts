// The revocation log for resource servers: all entries at once, as a stream, and the position of its head.
import { refuseField } from '../../protocol/errors.js'
import { type FeedPosition, readPosition } from '../../protocol/log/feed.js'
import type { Feed } from '../../revocation/feed.js'
import type { FeedTerms } from '../../revocation/feed-connections.js'
import type { FeedLeases } from '../../revocation/feed-lease.js'
import type { Context } from '../handler.js'
import { answer } from '../wire/answers.js'
import { readBody } from '../wire/fields.js'
import { readParameters } from '../wire/parameters.js'
import { stream } from './connection.js'
import { feedRoutes } from './routes.js'

export type FeedHandlersDeps = { feed: Feed; feedLeases: FeedLeases }

export function createFeedHandlers({ feed, feedLeases }: FeedHandlersDeps) {
  const termsOf = ({ state }: Context, name: string | null): FeedTerms => ({
    name,
    claims: state.claims!,
    kid: state.kid!,
  })

  return {
    async revocations(ctx: Context): Promise<void> {
      if (ctx.method === 'HEAD') return answerHead(ctx, json)
      await stream(ctx, json, sink => feed.writeOnce(termsOf(ctx, null), sink))
    },

    async revocationStream(ctx: Context): Promise<void> {
      const { verifier } = readParameters(ctx, feedRoutes.revocationStream.query)
      if (verifier !== undefined) requireName(verifier)
      // HTML §9.2.4: a reader sends the last event id again when it reconnects. A value that cannot be parsed is no
      // position.
      const from = readPosition(ctx.get('Last-Event-ID'))
      if (ctx.method === 'HEAD') return answerHead(ctx, events)
      if (from) await feed.requireReached(from)
      await stream(ctx, events, sink => feed.open(termsOf(ctx, verifier ?? null), from, sink))
    },

    async renewLease(ctx: Context): Promise<void> {
      const body = readBody(ctx, feedRoutes.renewLease)
      requireName(body.verifier)
      const lease = await feedLeases.renew({
        applicationId: ctx.state.claims!.client_id,
        name: body.verifier,
        applied: body.applied === '' ? null : requirePosition(body.applied),
        version: body.version ?? null,
        keysFetchedAt: body.keys_fetched_at === undefined ? null : body.keys_fetched_at * 1_000,
        address: ctx.state.address,
      })
      answer(ctx, feedRoutes.renewLease, lease)
    },
  }
}

const json = 'application/json; charset=utf-8'
const events = 'text/event-stream'

/** Answers HEAD as GET, without the body; no reader is counted. */
function answerHead(ctx: Context, type: string): void {
  ctx.set({ 'Content-Type': type, 'Cache-Control': 'no-store, no-transform', 'X-Accel-Buffering': 'no' })
  ctx.status = 200
}

/** @throws invalid_fields */
function requireName(name: string): void {
  if (!/^[A-Za-z0-9._:~-]{1,100}$/.test(name)) throw refuseField('verifier', 'verifier_name')
}

/** @throws invalid_fields */
function requirePosition(text: string): FeedPosition {
  const position = readPosition(text)
  if (!position) throw refuseField('applied', 'log_position')
  return position
}
