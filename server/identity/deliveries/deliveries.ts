// Logout tokens for applications, sent, pending or given up: listed, and sent again by administrators.
import { randomUUID } from 'node:crypto'
import type { Actor } from '../../policy/actor.js'
import { refuse, refuseField } from '../../protocol/errors.js'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'
import type { ApplicationStore } from '../../storage/applications.js'
import type { Database } from '../../storage/database.js'
import type { DeliveryRecord, DeliveryStore } from '../../storage/deliveries.js'
import { type DeliveryFilter, type DeliveryListStore, deliveryList } from '../../storage/delivery-lists.js'
import type { Changes } from '../../tokens/changes.js'
import { type Counted, cursorIn, type Listed, listed, type Page } from '../listing.js'
import type { Names } from '../people/names.js'
import type { Attempted, Attempts } from './attempt.js'
import type { Sending } from './sending.js'

export { type DeliveryState, deliveryFailures, deliveryStates } from '../../storage/deliveries.js'
export type { DeliveryFilter }

export type DeliveryInList = {
  delivery: Omit<DeliveryRecord, 'taker'>
  username: string
  /** The application's name. */
  application: string
}

export type DeliveriesDeps = {
  database: Database
  deliveryStore: DeliveryStore
  deliveryListStore: DeliveryListStore
  applicationStore: ApplicationStore
  attempts: Attempts
  sending: Pick<Sending, 'retryNow'>
  applications: Pick<ApplicationsInForce, 'hasLogoutUris'>
  names: Pick<Names, 'ofUsers' | 'ofApplications'>
  changes: Changes
  now: () => number
  monotonic: () => number
}

/** How many applications with back-channel logout are listed. */
const mostNamed = 200

export function createDeliveries(deps: DeliveriesDeps) {
  const { database, deliveryStore, deliveryListStore, applicationStore, attempts, sending, applications } = deps
  const { names, changes, now, monotonic } = deps
  return {
    /** Deliveries, newest first. @throws invalid_fields */
    async page(filter: DeliveryFilter, page: Page): Promise<Listed<DeliveryInList>> {
      const after = cursorIn(deliveryList, page)
      const scanned = await deliveryListStore.page(database, filter, { ...page, after })
      const usernames = await names.ofUsers(scanned.rows.map(row => row.userId))
      const applications = await names.ofApplications(scanned.rows.map(row => row.applicationId))
      return listed(
        scanned,
        scanned.rows.map(({ taker: _, ...delivery }) => ({
          delivery,
          username: usernames.get(delivery.userId) ?? '',
          application: applications.get(delivery.applicationId) ?? delivery.applicationId,
        })),
      )
    },

    /** Whether any application has back-channel logout. */
    isUsed: (): boolean => applications.hasLogoutUris(),

    count: (filter: DeliveryFilter): Promise<Counted> => deliveryListStore.count(database, filter),

    /** Applications with back-channel logout, by name; only the first ones where there are very many. */
    notified: (): Promise<{ id: string; name: string }[]> => applicationStore.notifiedOfEnds(database, mostNamed),

    /**
     * Sends another logout token for the same end; a pending delivery is retried at once.
     * @throws not_found
     */
    async sendAgain(id: string, actor: Actor): Promise<void> {
      const applicationId = await changes.run(actor, async (tx, { note }) => {
        const found = await deliveryStore.find(tx, id)
        if (!found) throw refuse('not_found')
        const { sessionId, applicationId: application } = found
        await deliveryStore.sendAgain(tx, id, now())
        note({ action: 'logout_sent_again', subject: sessionId, after: { application } })
        return application
      })
      sending.retryNow(applicationId)
    },

    /**
     * Sends a test token to an application, for a random session id and no user: no real session ends.
     * @returns `took`: in ms
     * @throws not_found; invalid_fields where it has no address for logout tokens
     */
    async test(applicationId: string, actor: Actor): Promise<Attempted & { took: number }> {
      // Audited before it is sent: the transaction authorizes the actor.
      const application = await changes.run(actor, async (tx, { note }) => {
        const found = await applicationStore.find(tx, applicationId)
        if (!found || found.deletedAt !== null) throw refuse('not_found')
        if (found.metadata.backchannel_logout_uri === undefined) throw refuseField('backchannel_logout_uri', 'required')
        note({ action: 'logout_tested', subject: applicationId })
        return found
      })
      const begun = monotonic()
      const attempted = await attempts.attempt(application, { jti: randomUUID(), sid: randomUUID(), sub: null })
      return { ...attempted, took: Math.round(monotonic() - begun) }
    },
  }
}

export type Deliveries = ReturnType<typeof createDeliveries>
