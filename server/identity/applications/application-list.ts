// The list of applications for administrators, and counts of the live sessions of one.

import type { OwnLifetimes } from '../../policy/application-metadata.js'
import { type Eras, withOverrides } from '../../policy/eras.js'
import { refuseFields } from '../../protocol/errors.js'
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import {
  type ApplicationFilter,
  type ApplicationListStore,
  type ApplicationState,
  applicationList,
  applicationStates,
} from '../../storage/application-lists.js'
import type { ApplicationStore } from '../../storage/applications.js'
import type { Database } from '../../storage/database.js'
import type { SessionListStore } from '../../storage/session-lists.js'
import type { SessionStates } from '../devices/session-state.js'
import { type Counted, cursorIn, every, type Listed, listed, type Page } from '../listing.js'
import type { Ends, PolicyPreviews } from '../policies/policy-preview.js'
import { metadataProblems, unknownApplication } from './application-writing.js'
import { type PublicApplication, publicApplication } from './public-application.js'

export { type ApplicationFilter, type ApplicationState, applicationStates }

/** Counts of live sessions and of their users; `more`: at least that many. */
export type LiveCounts = { sessions: Counted; users: Counted }

export type ApplicationListDeps = {
  database: Database
  applicationStore: ApplicationStore
  applicationListStore: ApplicationListStore
  sessionListStore: SessionListStore
  states: SessionStates
  policy: PolicyInForce
  policyPreview: PolicyPreviews
}

/** At most this many sessions are counted, in at most this many rows. */
const counted = { limit: 5_000, budget: 20_000 }

export function createApplicationList(deps: ApplicationListDeps) {
  const { database, applicationStore, applicationListStore, sessionListStore, states, policy, policyPreview } = deps

  /** Applications, by name. @throws invalid_fields */
  async function page(filter: ApplicationFilter, page: Page): Promise<Listed<PublicApplication>> {
    const after = cursorIn(applicationList, page)
    const scanned = await applicationListStore.page(database, filter, { ...page, after })
    const ids = scanned.rows.map(row => row.id)
    const found = new Map((await applicationStore.some(database, ids)).map(one => [one.id, one]))
    const rows = ids.flatMap(id => found.get(id) ?? [])
    return listed(scanned, rows.map(publicApplication))
  }

  return {
    page,
    count: (filter: ApplicationFilter): Promise<Counted> => applicationListStore.count(database, filter),
    /** All applications that match, for a file. */
    every: (filter: ApplicationFilter): AsyncGenerator<PublicApplication> => every(next => page(filter, next)),

    /** @throws not_found */
    async require(id: string): Promise<PublicApplication> {
      const found = await applicationStore.find(database, id)
      if (!found || found.deletedAt !== null) throw unknownApplication(id)
      return publicApplication(found)
    },

    /** Applications by their ids; unknown and deleted ones are left out. */
    async some(ids: readonly string[]): Promise<Map<string, PublicApplication>> {
      const found = await applicationStore.some(database, [...new Set(ids)])
      return new Map(found.filter(one => one.deletedAt === null).map(one => [one.id, publicApplication(one)]))
    },

    /** Names of applications by their ids; of deleted ones the last name. */
    async names(ids: readonly string[]): Promise<Map<string, string>> {
      const found = await applicationStore.some(database, [...new Set(ids)])
      return new Map(found.map(one => [one.id, one.name]))
    },

    /** How many live sessions an application has, and of how many users. */
    async counts(id: string): Promise<LiveCounts> {
      const filter = { applicationId: id, state: 'live' } as const
      const page = { ...counted, after: null }
      const { rows, next } = await sessionListStore.page(database, filter, states.terms(), page)
      const more = next !== null
      const users = new Set(rows.map(row => row.userId)).size
      return { sessions: { count: rows.length, more }, users: { count: users, more } }
    },

    /**
     * Sessions that these lifetimes would end at their next refresh if it came now, and that go on without the change.
     * @param lifetimes all that override the policy; null: none
     * @throws invalid_fields
     */
    async previewLifetimes(id: string, lifetimes: OwnLifetimes | null): Promise<Ends> {
      const problems = lifetimes ? metadataProblems({ lifetimes }) : {}
      if (Object.keys(problems).length > 0) throw refuseFields(problems)
      const eras: Eras = policy.eras()
      const overrides = new Map(eras.overrides)
      if (lifetimes) overrides.set(id, lifetimes)
      else overrides.delete(id)
      return policyPreview.ends(eras, withOverrides(eras, overrides))
    },
  }
}

export type ApplicationList = ReturnType<typeof createApplicationList>
