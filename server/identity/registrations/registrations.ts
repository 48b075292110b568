// Dynamic client registration (RFC 7591), and its management by the applications (RFC 7592). They are untrusted:
// policy/registration.ts says which metadata they may register, which is then validated by the rules for
// administrators, and no URL in it is fetched here.
import type { Actor, Origin } from '../../policy/actor.js'
import { usesSecret } from '../../policy/application-defaults.js'
import type { ApplicationMetadata } from '../../policy/application-metadata.js'
import { scopeWords } from '../../policy/application-metadata.js'
import { type Registration, readRegistration, registeredScope, registrableNames } from '../../policy/registration.js'
import { isApplicationId } from '../../protocol/claims.js'
import { Refusal, refuse, refuseField, refuseFields } from '../../protocol/errors.js'
import { type FieldProblems, problem } from '../../protocol/problems.js'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import type { Tail } from '../../revocation/tail.js'
import type { ApplicationRecord, ApplicationStore } from '../../storage/applications.js'
import type { Database, Queries } from '../../storage/database.js'
import type { InitialAccessTokenRecord, InitialAccessTokenStore } from '../../storage/initial-access-tokens.js'
import type { RegisteredApplicationStore } from '../../storage/registered-applications.js'
import type { Changes } from '../../tokens/changes.js'
import type { Count } from '../../tokens/counters.js'
import type { ApplicationSecrets } from '../applications/application-secrets.js'
import type { Applications } from '../applications/applications.js'
import { type PublicApplication, publicApplication } from '../applications/public-application.js'
import type { InitialAccessTokens } from './initial-access-tokens.js'
import { registrationRefusal } from './registration-refusal.js'
import { hashOfToken, isHashOf, isRegistrationToken, newRegistrationToken } from './registration-tokens.js'

type Body = Readonly<Record<string, unknown>>

/** `secret`: shown once; null where none was generated. `token`: the registration access token. */
export type Registered = { application: PublicApplication; secret: string | null; token: string }

export type RegistrationsDeps = {
  database: Database
  applicationStore: ApplicationStore
  initialAccessTokenStore: InitialAccessTokenStore
  registeredApplicationStore: RegisteredApplicationStore
  initialAccessTokens: Pick<InitialAccessTokens, 'findGood'>
  applications: Pick<Applications, 'createIn' | 'changeIn' | 'removeIn'>
  applicationSecrets: ApplicationSecrets
  inForce: ApplicationsInForce
  policy: PolicyInForce
  tail: Tail
  changes: Changes
  /** @throws too_many_from_network */
  admit: (address: string) => void | Promise<void>
  count: Count
  random: (size: number) => Buffer
  now: () => number
}

const day = 86_400_000
const retryAfter = 3_600

export function createRegistrations(deps: RegistrationsDeps) {
  const { database, applicationStore, initialAccessTokenStore, registeredApplicationStore, initialAccessTokens } = deps
  const { applications, applicationSecrets, inForce, policy, tail, changes, admit, count, random, now } = deps

  /**
   * Requires a self-registered application with this registration access token. In a changing transaction its row is
   * locked.
   */
  function requireOwn(found: ApplicationRecord | null, token: string): ApplicationRecord {
    // Compared also where there is no such row: the response time must not tell which ids exist.
    const isOwn = isHashOf(token, found?.registrationTokenHash ?? null)
    if (!found?.active || found.deletedAt !== null || found.origin !== 'registration' || !isOwn) throw unknownToken()
    return found
  }

  async function lockOwn(tx: Queries, id: string, token: string): Promise<ApplicationRecord> {
    await applicationStore.lock(tx, id)
    return requireOwn(await applicationStore.find(tx, id), token)
  }

  /**
   * Validates the metadata.
   * @param had scopes the application may have beside those of the policy
   * @throws invalid_fields
   */
  function read(body: Body, had: readonly string[]): Registration & { metadata: ApplicationMetadata } {
    const { registration, problems } = readRegistration(body)
    const asked: unknown = registration.scope
    const allowed = [...scopeWords(policy().self_registered_scopes), ...had]
    const known = inForce.resourceServers().flatMap(one => one.resourceScopes.map(scope => scope.name))
    // A value that is no text is reported by the schema.
    const isText = asked === undefined || typeof asked === 'string'
    const { scope, refused } = isText ? registeredScope(asked, allowed, known) : { scope: asked as string, refused: [] }
    const scopes: FieldProblems = { scope: refused.map(name => problem('scope_not_registrable', { name })) }
    const all = { ...problems, ...(refused.length > 0 && scopes) }
    if (Object.keys(all).length > 0) throw refuseFields(all)
    return { ...registration, metadata: { ...registration.metadata, scope } }
  }

  /** Limits registrations without a token within a day. @throws too_many_registrations */
  async function requireRoom(tx: Queries, additional: number): Promise<void> {
    const most = policy().registrations_per_day
    const recent = await registeredApplicationStore.countSince(tx, now() - day, most + additional)
    if (recent >= most + additional) throw refuse('too_many_registrations', { retryAfter })
  }

  async function insert(body: Body, initial: InitialAccessTokenRecord | null, origin: Origin): Promise<Registered> {
    const { name, kind, metadata } = read(body, initial?.scopes ?? [])
    if (!initial) await requireRoom(database, 0)
    const id = `app-${random(16).toString('hex')}`
    const token = newRegistrationToken('registration', random)
    const actor = actorOf(id, origin)
    const input = { id, name: name ?? id, kind, metadata, registrationTokenHash: hashOfToken(token) }
    const { application, secret } = await changes.run(actor, async (tx, change) => {
      if (initial && !(await initialAccessTokenStore.use(tx, initial.id, now()))) throw unknownToken()
      const made = await applications.createIn(tx, change, input, 'registration', actor)
      // Checked again under the lock of the heads, which serializes registrations: the count includes this one.
      if (!initial) await requireRoom(tx, 1)
      else change.note({ action: 'initial_access_token_used', subject: initial.id, after: { application: id } })
      return made
    })
    return { application, secret, token }
  }

  return {
    /**
     * Checks an initial access token.
     * @returns null without a token
     * @throws registration_closed, registration_token_unknown, not_authenticated
     */
    async judgeInitial(text: string | null): Promise<InitialAccessTokenRecord | null> {
      if (!tail.isFresh()) await tail.readIfOld()
      const { client_registration: policyNow } = policy()
      if (policyNow === 'closed') throw refuse('registration_closed')
      if (text === null) {
        if (policyNow === 'token') throw refuse('not_authenticated')
        return null
      }
      const found = isRegistrationToken('initial', text) ? await initialAccessTokens.findGood(text) : null
      if (!found) throw unknownToken()
      return found
    },

    /**
     * Registers an application.
     * @param initial from judgeInitial
     * @throws invalid_redirect_uri, invalid_client_metadata, too_many_registrations, too_many_from_network
     */
    async register(body: Body, initial: InitialAccessTokenRecord | null, origin: Origin): Promise<Registered> {
      try {
        await admit(origin.address)
        const registered = await insert(body, initial, origin)
        count('registrations')
        return registered
      } catch (error) {
        if (error instanceof Refusal && error.status < 500) count('failed_registrations')
        throw registrationRefusal(error)
      }
    },

    /** The application that a registration access token manages. @throws registration_token_unknown */
    async judgeOwn(id: string, token: string): Promise<PublicApplication> {
      if (!tail.isFresh()) await tail.readIfOld()
      const isOne = isApplicationId(id) && isRegistrationToken('registration', token)
      return publicApplication(requireOwn(isOne ? await applicationStore.find(database, id) : null, token))
    },

    /**
     * Replaces all metadata that the application has registered (RFC 7592 §2.2); metadata that administrators have set
     * stays. It may keep its scopes and register those of the policy, but no others.
     * @throws too_many_from_network, registration_closed, registration_token_unknown, invalid_redirect_uri,
     *   invalid_client_metadata
     */
    async change(id: string, token: string, body: Body, origin: Origin): Promise<Registered> {
      // Where registration is closed, administrators want to approve changes as well.
      if (policy().client_registration === 'closed') throw refuse('registration_closed')
      // Each change stays in the audit log, and may add a log entry that every verifier reads.
      await admit(origin.address)
      const actor = actorOf(id, origin)
      try {
        return await changes.run(actor, async (tx, change) => {
          const before = await lockOwn(tx, id, token)
          await requireSame(tx, before, body)
          const { name, kind, metadata } = read(body, scopeWords(before.metadata.scope ?? ''))
          const kept = Object.entries(before.metadata).filter(([one]) => !registrableNames.some(own => own === one))
          const whole = { ...(Object.fromEntries(kept) as ApplicationMetadata), ...metadata }
          const hasNone = (await applicationStore.liveSecrets(tx, id, now())).length === 0
          const isGiven = usesSecret(whole) && (!usesSecret(before.metadata) || hasNone)
          const wanted = { name: name ?? id, kind, metadata: whole }
          const { application } = await applications.changeIn(tx, change, before, wanted, actor, isGiven)
          const secret = isGiven ? await applicationSecrets.add(tx, id, 0) : null
          return { application, secret, token }
        })
      } catch (error) {
        throw registrationRefusal(error)
      }
    },

    /**
     * RFC 7592 §2.3: deletes the application and ends its sessions, as when an administrator deletes it.
     * @throws registration_token_unknown
     */
    async remove(id: string, token: string, origin: Origin): Promise<void> {
      const actor = actorOf(id, origin)
      await changes.run(actor, async (tx, change) => {
        await lockOwn(tx, id, token)
        await applications.removeIn(tx, change, id, actor)
      })
    },
  }

  /**
   * RFC 7592 §2.2: a request repeats `client_id`; `client_secret` may be repeated, but not chosen.
   * @throws invalid_fields
   */
  async function requireSame(
    tx: Queries,
    { id }: ApplicationRecord,
    { client_id, client_secret }: Body,
  ): Promise<void> {
    if (client_id !== id) throw refuseField('client_id', client_id === undefined ? 'required' : 'another_registration')
    if (client_secret === undefined || client_secret === null) return
    const isOwn = typeof client_secret === 'string' && (await applicationSecrets.holds(tx, id, client_secret))
    if (!isOwn) throw refuseField('client_secret', 'another_registration')
  }
}

export type Registrations = ReturnType<typeof createRegistrations>

/** The actor of the audit log: the application itself. */
const actorOf = (id: string, origin: Origin): Actor => ({ name: `application:${id}`, origin, credential: null })

const unknownToken = () => refuse('registration_token_unknown', { inHeader: true })
