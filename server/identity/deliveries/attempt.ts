// One attempt to send a logout token to an application (OpenID Connect Back-Channel Logout 1.0 §2.5), and its outcome.
// Any failure may be temporary.

import type { Outgoing } from '../../outgoing/outgoing.js'
import { OutgoingFailure } from '../../outgoing/outgoing-failure.js'
import { type ApplicationTerms, isUnreviewed } from '../../policy/application-metadata.js'
import { Refusal } from '../../protocol/errors.js'
import type { DeliveryFailure } from '../../storage/deliveries.js'
import type { LogoutTokens, LogoutTokenTerms } from '../../tokens/logout-token.js'

/** `failure` is null where the application accepted the token. */
export type Attempted = { failure: DeliveryFailure | null; status: number | null }

/** Timeout of one request, in ms. */
export const attemptTimeout = 5_000

export type AttemptsDeps = { outgoing: Outgoing; logoutTokens: LogoutTokens }

export function createAttempts({ outgoing, logoutTokens }: AttemptsDeps) {
  async function send(uri: string, logoutToken: string, publicAlone: boolean): Promise<Attempted> {
    const { status } = await outgoing.request(uri, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'User-Agent': 'Darvoza' },
      body: new URLSearchParams({ logout_token: logoutToken }).toString(),
      wait: attemptTimeout,
      most: 0,
      publicAlone,
    })
    // §2.8: status 200, and 204 where a framework sends it for a response without a body. A redirect is not followed,
    // and counts as a failure.
    const isTaken = status >= 200 && status < 300
    return { failure: isTaken ? null : 'STATUS', status }
  }

  return {
    async attempt(
      application: Pick<ApplicationTerms, 'id' | 'origin' | 'metadata'> | undefined,
      terms: LogoutTokenTerms,
    ): Promise<Attempted> {
      const uri = application?.metadata.backchannel_logout_uri
      if (!application || uri === undefined) return { failure: 'NO_URI', status: null }
      try {
        return await send(uri, await logoutTokens.logoutToken(application, terms), isUnreviewed(application))
      } catch (error) {
        if (error instanceof OutgoingFailure)
          return { failure: error.reason === 'TOO_LARGE' ? 'STATUS' : error.reason, status: null }
        if (error instanceof Refusal) return { failure: 'NO_KEY', status: null }
        throw error
      }
    },
  }
}

export type Attempts = ReturnType<typeof createAttempts>

/** Whether other deliveries to the application would most likely fail too: then nothing is sent to it for a while. */
export function isDown({ failure, status }: Attempted): boolean {
  if (failure !== 'STATUS') return failure !== null
  return status === null || status < 400 || status >= 500 || status === 408 || status === 429
}
