// What routes answer, as schemas: a row of the route table names them, presenters are checked against them by the compiler, and
// the API's document is made from them. An answer has no other members.
import { z } from 'zod';
/** ISO 8601 in UTC. */
export const time = z.string().meta({ format: 'date-time' });
/** `exp` and its like: seconds since the epoch. */
export const epochSeconds = z.int().min(0);
export const count = z.int().min(0);
export const userId = z.int().min(1);
/** All of a short list. */
export const listOf = (row) => z.object({ results: z.array(row) });
/** One page of a list (admin/paging.ts). */
export const pageOf = (row) => z.object({
    results: z.array(row),
    next: z.string().nullable().describe('For `after` of the next call; null at the end.'),
    partial: z.boolean().describe('What is asked for is rare, and `next` looks further.'),
    count: count.optional().describe('How many there are, where `count` was asked for.'),
    more: z.boolean().optional().describe('There are more than were counted.'),
});
/** Answers what the row says, with its status. */
export function answer(ctx, { answers }, value) {
    ctx.body = value;
    ctx.status = 201 in answers ? 201 : 200;
}
//# sourceMappingURL=answers.js.map