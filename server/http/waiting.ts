// `?wait=1` on a route that ends something (`waits: true` in its row): the answer comes when resource servers refuse
// the ended tokens too. It is the handler's answer with the member `enforced`; status 202 if some may not have applied
// it yet.
import { z } from 'zod'
import { Refusal } from '../protocol/errors.js'
import type { Enforcement, EnforcementWatch } from '../revocation/enforcement.js'
import type { Tail } from '../revocation/tail.js'
import type { Context, Handler } from './handler.js'
import { presentTime } from './me/present.js'
import type { RouteRow } from './route.js'
import { type Answer, count, time } from './wire/answers.js'
import { type ParameterRules, parameterKinds } from './wire/parameters.js'

export const waitParameter = {
  wait: {
    is: 'mark',
    about: 'Wait until all resource servers have applied the revocation, for two seconds at most.',
  },
} as const satisfies ParameterRules

/** Query parameters of a row, with `wait` if it has `waits`. */
export function queryOf({ query = {}, waits }: Pick<RouteRow, 'query' | 'waits'>): ParameterRules {
  return waits ? { ...query, ...waitParameter } : query
}

const enforcedSchema = z
  .object({
    log: z.string().describe('The id of the revocation log.'),
    seq: count.describe('The log position that was waited for.'),
    verifiers: count.describe('The number of connected verifiers.'),
    applied: count.describe(
      'The number of verifiers that applied the position; the lease of each other one has expired.',
    ),
    after_ms: count.describe('The waiting time, in milliseconds.'),
  })
  .meta({ id: 'Enforced' })

const waitingSchema = z
  .object({
    application: z.string().describe('The `client_id` of the application.'),
    verifier: z.string().describe('The name of the verifier, which it chose itself.'),
    applied: count.nullable().describe('The log position that it has applied; null: none of this log.'),
    lease_ends_at: time.describe('The latest time until which it may accept an ended token.'),
  })
  .meta({ id: 'WaitingVerifier' })

const enforced = { enforced: enforcedSchema.optional().describe('Present with `wait` only.') }
const waiting = {
  enforced: enforcedSchema,
  waiting: z
    .array(waitingSchema)
    .describe('The verifiers that have not applied it; only for callers with `darvoza:revocations:read`.'),
}

/** The answers of a row that has `waits`, by status. @param own the answers that the row states */
export function waitingAnswers(own: Readonly<Record<string, z.ZodType | null>>): Record<string, z.ZodType | null> {
  const schema = Object.values(own).find(one => one !== null) ?? null
  const status = 201 in own ? 201 : 200
  if (!schema) return { ...own, 200: z.object({ enforced: enforcedSchema }), 202: z.object(waiting) }
  return { [status]: z.union([schema, ...extended(schema, enforced)]), 202: z.union(extended(schema, waiting)) }
}

/** The object schemas in a schema, each with more members. */
function extended(schema: z.ZodType, members: z.ZodRawShape): z.ZodObject[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(one => extended(one as z.ZodType, members))
  if (schema instanceof z.ZodObject) return [schema.extend(members)]
  throw new Error('the answer of a route that waits is an object')
}

export type WaitingDeps = {
  enforcement: Pick<EnforcementWatch, 'enforced'>
  tail: Pick<Tail, 'position'>
  now: () => number
  /** Whether the sender may see the names of verifiers. */
  mayName: (ctx: Context) => Promise<boolean>
}

export function createWaiting({ enforcement, tail, now, mayName }: WaitingDeps) {
  /** Wraps a handler so that, if the request asks for it, the answer waits for resource servers. */
  return (handler: Handler): Handler =>
    async ctx => {
      const isAsked = parameterKinds.mark.read(ctx, 'wait')
      await handler(ctx)
      if (!isAsked) return
      // A change is done only when this process has applied its revocation (tokens/revocation-writing.ts).
      const outcome = await enforcement.enforced(tail.position)
      const own = ctx.status === 204 ? {} : (ctx.body as object)
      const status = ctx.status === 201 ? 201 : 200
      ctx.body = { ...own, ...(await present(ctx, outcome)) }
      ctx.status = outcome.everywhere ? status : 202
    }

  async function present(ctx: Context, outcome: Enforcement) {
    const { log, seq, verifiers, applied, afterMs, everywhere, lagging } = outcome
    const receipt = { enforced: { log, seq, verifiers, applied, after_ms: afterMs } }
    if (everywhere) return receipt
    const named = (await isNaming(ctx)) ? lagging.filter(one => one.leaseUntil > now()) : []
    return {
      ...receipt,
      waiting: named.map(
        (one): Answer<typeof waitingSchema> => ({
          application: one.applicationId,
          verifier: one.name,
          applied: one.applied,
          lease_ends_at: presentTime(one.leaseUntil),
        }),
      ),
    }
  }

  async function isNaming(ctx: Context): Promise<boolean> {
    try {
      return await mayName(ctx)
    } catch (error) {
      // The sender may have ended its own session, and then has no permission any more.
      if (error instanceof Refusal) return false
      throw error
    }
  }
}

export type Waiting = ReturnType<typeof createWaiting>
