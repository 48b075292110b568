// Consents of users to applications: listed and withdrawn. A withdrawal also ends the application's sessions of that
// user, those that outlive a browser too, and codes and device codes that have not become a session yet.
import { type Actor, userOf } from '../../policy/actor.js'
import { ownApplicationId } from '../../policy/application-metadata.js'
import { type AskedScopes, type ConsentedScopes, scopesByServer, wordsIn } from '../../policy/consent.js'
import { resourceServersOf } from '../../policy/session-scope.js'
import { refuse } from '../../protocol/errors.js'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'
import type { ApplicationStore } from '../../storage/applications.js'
import type { CodeStore } from '../../storage/codes.js'
import type { ConsentRecord, ConsentStore } from '../../storage/consents.js'
import type { Database, Queries } from '../../storage/database.js'
import type { DeviceCodeStore } from '../../storage/device-codes.js'
import type { OwnListStore, UseOfApplication } from '../../storage/own-lists.js'
import type { SessionStore } from '../../storage/sessions.js'
import type { UserStore } from '../../storage/users.js'
import type { Changes } from '../../tokens/changes.js'
import { type PublicApplication, publicApplication } from '../applications/public-application.js'
import type { SessionStates } from '../devices/session-state.js'
import type { ActorRights } from '../rights.js'
import { type DescribedScopes, describedScopes } from './described-scopes.js'

/** An application that may act for a user. Times are epoch ms. */
export type AuthorizedApplication = {
  application: PublicApplication
  /** When the user agreed first; null where no consent was asked for, as with a first-party application. */
  since: number | null
  rights: DescribedScopes[]
  /** How many of its sessions are live; `more`: at least that many. */
  sessions: number
  more: boolean
  /** null where no session is live. */
  lastUsedAt: number | null
}

export type ConsentsDeps = {
  issuer: string
  database: Database
  userStore: UserStore
  applicationStore: ApplicationStore
  consentStore: ConsentStore
  codeStore: CodeStore
  deviceCodeStore: DeviceCodeStore
  sessionStore: SessionStore
  ownListStore: OwnListStore
  states: SessionStates
  rights: ActorRights
  changes: Changes
  applications: ApplicationsInForce
}

/** How many sessions end in one transaction, for which other transactions wait. */
const atOnce = 200

export function createConsents(deps: ConsentsDeps) {
  const { issuer, database, userStore, applicationStore, consentStore, codeStore, sessionStore, ownListStore } = deps
  const { deviceCodeStore, states, rights, changes, applications } = deps

  const described = (scopes: ConsentedScopes) => describedScopes(scopes, applications.resourceServers(), issuer)

  function letIn(
    application: PublicApplication,
    consent: ConsentRecord | undefined,
    use: UseOfApplication | undefined,
  ) {
    return {
      application,
      since: consent?.createdAt ?? null,
      rights: described(consent?.scopes ?? {}),
      sessions: use?.sessions ?? 0,
      more: use?.more ?? false,
      lastUsedAt: use?.lastUsedAt ?? null,
    }
  }

  /** Withdraws in one transaction, or a first part of it (`more`). @returns whether all is done */
  function withdrawSome(userId: number, applicationId: string, actor: Actor): Promise<'done' | 'more' | 'nothing'> {
    const work: Parameters<typeof changes.run<'done' | 'more' | 'nothing'>>[1] = async (tx, { recordEnds, note }) => {
      await userStore.lock(tx, userId)
      await requireMayActOn(tx, actor, userId)
      const consent = await consentStore.lock(tx, userId, applicationId)
      const ending = await sessionStore.ofApplicationOf(tx, userId, applicationId, atOnce + 1)
      if (!consent && ending.length === 0) return 'nothing'
      await codeStore.removeUnspent(tx, userId, applicationId)
      await deviceCodeStore.removeUnspent(tx, userId, applicationId)
      await recordEnds(ending.slice(0, atOnce).map(sid => [sid, 'consent_withdrawn']))
      if (ending.length > atOnce) return 'more'
      // The consent is removed last: a retry after a fault still finds it, and goes on.
      await consentStore.remove(tx, userId, applicationId)
      const before = { application: applicationId, ...(consent && { scope: wordsIn(consent.scopes) }) }
      note({ action: 'consent_withdrawn', subject: String(userId), before })
      return 'done'
    }
    return changes.run(actor, work, { users: [userId] })
  }

  async function requireMayActOn(tx: Queries, actor: Actor, userId: number): Promise<void> {
    // Users may always withdraw their own consents.
    if (userOf(actor) === userId) return
    await rights.requireOver(tx, actor, userId)
  }

  return {
    /** Scopes of a request, by the resource servers that exist now. */
    asked: (request: AskedScopes): ConsentedScopes =>
      scopesByServer(request, resourceServersOf(applications.resourceServers(), issuer)),

    /** Scopes with their descriptions, each with the resource server that it belongs to. */
    described,

    /** Scopes that a user has agreed to for one application; null: none, or withdrawn. */
    async remembered(userId: number, applicationId: string): Promise<ConsentedScopes | null> {
      return (await consentStore.find(database, userId, applicationId))?.scopes ?? null
    },

    /** All applications that may act for a user: those with a consent, and those with live sessions. By name. */
    async listOf(userId: number): Promise<AuthorizedApplication[]> {
      const consents = new Map((await consentStore.ofUser(database, userId)).map(one => [one.applicationId, one]))
      const uses = new Map(
        (await ownListStore.usesOf(database, userId, ownApplicationId, states.terms())).map(use => [
          use.applicationId,
          use,
        ]),
      )
      const records = await applicationStore.some(database, [...new Set([...consents.keys(), ...uses.keys()])])
      return records
        .map(record => letIn(publicApplication(record), consents.get(record.id), uses.get(record.id)))
        .sort((a, b) => (byName(a) < byName(b) ? -1 : 1))
    },

    /**
     * Withdraws a user's consent to an application, and ends all of its sessions of that user and its unredeemed codes
     * and device codes. Also for a first-party application, which has no consent.
     * @returns the application
     * @throws not_found, also when there was nothing to withdraw; permission_denied
     */
    async withdraw(userId: number, applicationId: string, actor: Actor): Promise<PublicApplication> {
      const application =
        applicationId === ownApplicationId ? null : await applicationStore.find(database, applicationId)
      if (!application) throw refuse('not_found')
      for (let outcome = 'more'; outcome === 'more'; ) {
        outcome = await withdrawSome(userId, applicationId, actor)
        if (outcome === 'nothing') throw refuse('not_found')
      }
      return publicApplication(application)
    },
  }
}

export type Consents = ReturnType<typeof createConsents>

const byName = ({ application: { name, id } }: AuthorizedApplication) => `${name.toLowerCase()} ${id}`
