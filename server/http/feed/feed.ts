// The revocation log for resource servers: all of it once, as it is written, and how far it is.
import { refuseField } from '../../protocol/errors.js'
import { type FeedPosition, readPosition } from '../../protocol/log/feed.js'
import type { Feed, FeedTerms } from '../../revocation/feed.js'
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
      await stream(ctx, json, sink => feed.tellOnce(termsOf(ctx, null), sink))
    },

    async revocationStream(ctx: Context): Promise<void> {
      const { verifier } = readParameters(ctx, feedRoutes.revocationStream.query)
      if (verifier !== undefined) requireName(verifier)
      // HTML §9.2.4: what is sent again after a connection was lost. What cannot be read is no position.
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

/** As with GET, without the body, and nobody is counted as a reader. */
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
