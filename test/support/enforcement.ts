// Measures how long a server still accepts an access token after its revocation.
import { expect } from 'chai'
import type { aClient } from './client.js'

const ended = { status: 401, reason: 'session_ended' }

/**
 * Verifies a revoked access token until it is refused. The start of a request counts, not the time of its answer: a
 * slow answer to a request begun in time breaks no promise.
 * @param refusal members of the expected refusal
 * @returns ms from now to the start of the last accepted request; 0 if none was accepted
 */
export async function lastLetIn(
  client: ReturnType<typeof aClient>,
  access: string,
  refusal: object = ended,
): Promise<number> {
  const since = performance.now()
  let last = 0
  for (;;) {
    const begun = performance.now() - since
    const { status, body } = await client.verify(access)
    if (status !== 200) {
      expect({ ...body, status }).to.include(refusal)
      return last
    }
    last = begun
    if (begun > 3_000) throw new Error('not refused after 3 s')
  }
}
