// Schemas of the routes' answers: a row of the route table names them, the compiler checks presenters against them, and
// the API's document is made from them. An answer has no other members.
import { z } from 'zod'
import type { Context } from '../handler.js'

/** The body of an answer, by status; null: no body. */
export type Answers = { readonly [S in 200 | 201 | 204 | 304]?: z.ZodType | null }

/** A time: ISO 8601 in UTC. */
export const time = z.string().meta({ format: 'date-time' })
/** Seconds since the epoch, such as the claim `exp`. */
export const epochSeconds = z.int().min(0)
export const count = z.int().min(0)
export const userId = z.int().min(1)

type DeepReadonly<T> = T extends (infer I)[]
  ? readonly DeepReadonly<I>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T

/** The value that a presenter makes for a schema. */
export type Answer<S extends z.ZodType> = DeepReadonly<z.output<S>>

/** All rows of a short list. */
export const listOf = <S extends z.ZodType>(row: S) => z.object({ results: z.array(row) })

/** One page of a list (admin/paging.ts). */
export const pageOf = <S extends z.ZodType>(row: S) =>
  z.object({
    results: z.array(row),
    next: z.string().nullable().describe('The cursor for `after` of the next page; null on the last page.'),
    partial: z.boolean().describe('Whether the search stopped early because matches are rare; `next` continues it.'),
    count: count.optional().describe('The number of rows, if `count` was requested.'),
    more: z.boolean().optional().describe('Whether there are more than `count`, which stops at a limit.'),
  })

type Success<A extends Answers> = A extends { 200: infer S } ? S : A extends { 201: infer S } ? S : never
type AnswerOf<A extends Answers> = Success<A> extends z.ZodType ? Answer<Success<A>> : never

/** Answers a value by the row's schema, with the status of that schema. */
export function answer<const A extends Answers>(ctx: Context, { answers }: { answers: A }, value: AnswerOf<A>): void {
  ctx.body = value
  ctx.status = 201 in answers ? 201 : 200
}
