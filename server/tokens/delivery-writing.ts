// Writes, in the transaction that ends sessions, one delivery per application that is to be notified (OpenID Connect
// Back-Channel Logout 1.0); identity/deliveries/ sends them. Where no application has a back-channel logout address,
// nothing is read or written.
import type { ApplicationsInForce } from '../revocation/applications-in-force.js'
import type { Queries } from '../storage/database.js'
import type { DeliveryStore, EndToNotify } from '../storage/deliveries.js'

export type DeliveryWritingDeps = {
  deliveryStore: DeliveryStore
  applications: Pick<ApplicationsInForce, 'hasLogoutUris'>
  uuid: () => string
  now: () => number
}

export function createDeliveryWriting({ deliveryStore, applications, uuid, now }: DeliveryWritingDeps) {
  async function write(tx: Queries, ends: readonly EndToNotify[]): Promise<void> {
    if (ends.length === 0) return
    const at = now()
    const waiting = { state: 'waiting', round: 0, attempts: 0, nextAt: at, taker: null, failure: null } as const
    await deliveryStore.insertAll(
      tx,
      ends.map(({ sessionId, ended, applicationId, userId }) => ({
        ...{ id: uuid(), sessionId, ended, applicationId, userId },
        ...waiting,
        ...{ status: null, createdAt: at, since: at, doneAt: null },
      })),
    )
  }

  return {
    /** Writes deliveries for sessions that have ended in this transaction. */
    async ofSessions(tx: Queries, ids: readonly string[]): Promise<void> {
      if (ids.length > 0 && applications.hasLogoutUris()) await write(tx, await deliveryStore.endsOf(tx, ids))
    },

    /**
     * Writes deliveries for children of browser sessions that a person ended by name, once the ends of the children
     * are stored: also for those that stay because they are offline, whose refresh tokens stay good (§2.7), and those
     * that had expired.
     */
    async ofBrowsers(tx: Queries, sids: readonly string[]): Promise<void> {
      if (sids.length > 0 && applications.hasLogoutUris()) await write(tx, await deliveryStore.endsOfBrowsers(tx, sids))
    },
  }
}

export type DeliveryWriting = ReturnType<typeof createDeliveryWriting>
