// How long a change takes until it holds at a server.
import { expect } from 'chai';
const ended = { status: 401, reason: 'session_ended' };
/**
 * Asks for the verdict on an access token that has just lost its force, until it is refused. What counts is when a request
 * began that was still let in: that an answer then took its time breaks no promise.
 * @param refusal what the answer then has in it
 * @returns ms from now to the start of the last such request; 0 where none was let in
 */
export async function lastLetIn(client, access, refusal = ended) {
    const since = performance.now();
    let last = 0;
    for (;;) {
        const begun = performance.now() - since;
        const { status, body } = await client.verify(access);
        if (status !== 200) {
            expect({ ...body, status }).to.include(refusal);
            return last;
        }
        last = begun;
        if (begun > 3_000)
            throw new Error('not refused after 3 s');
    }
}
//# sourceMappingURL=enforcement.js.map