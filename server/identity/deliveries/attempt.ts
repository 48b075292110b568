// One attempt to tell an application that a session has ended (OpenID Connect Back-Channel Logout 1.0 §2.5), and what came of
// it. Any failure may pass.

import type { Outgoing } from '../../outgoing/outgoing.js'
import { OutgoingFailure } from '../../outgoing/outgoing-failure.js'
import { type ApplicationTerms, isUnseen } from '../../policy/application-metadata.js'
import { Refusal } from '../../protocol/errors.js'
import type { DeliveryFailure } from '../../storage/deliveries.js'
import type { LogoutTokens, LogoutTokenTerms } from '../../tokens/logout-token.js'

/** `failure` is null where it was taken. */
export type Attempted = { failure: DeliveryFailure | null; status: number | null }

/** In ms, for all of one request. */
export const patience = 5_000

export type AttemptsDeps = { outgoing: Outgoing; logoutTokens: LogoutTokens }

export function createAttempts({ outgoing, logoutTokens }: AttemptsDeps) {
  async function send(uri: string, logoutToken: string, publicAlone: boolean): Promise<Attempted> {
    const { status } = await outgoing.request(uri, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'User-Agent': 'Darvoza' },
      body: new URLSearchParams({ logout_token: logoutToken }).toString(),
      wait: patience,
      most: 0,
      publicAlone,
    })
    // §2.8: 200, and 204 where a framework says that for an answer without a body. A redirect is not followed, and a failure.
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
        return await send(uri, await logoutTokens.logoutToken(application, terms), isUnseen(application))
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

/** Whether others of the application would hardly fare better: then nothing is sent to it for a while. */
export function isDown({ failure, status }: Attempted): boolean {
  if (failure !== 'STATUS') return failure !== null
  return status === null || status < 400 || status >= 500 || status === 408 || status === 429
}
