// A person looks up by a user code which program waits for it (RFC 8628 §3.3), and lets it in, or does not. Who guesses codes
// is counted by person and by network; nobody looks one up without being signed in.
import type { Actor, Origin } from '../../policy/actor.js'
import { grantTypesOf, scopeWords } from '../../policy/application-metadata.js'
import { wordsIn } from '../../policy/consent.js'
import { deviceGrantType } from '../../policy/device-request.js'
import { Refusal, refuseField } from '../../protocol/errors.js'
import { userCodeIn } from '../../protocol/user-code.js'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'
import type { Tail } from '../../revocation/tail.js'
import type { Database, Queries } from '../../storage/database.js'
import type { DeviceCodeRecord, DeviceCodeStore, DeviceDecision } from '../../storage/device-codes.js'
import type { Changes } from '../../tokens/changes.js'
import type { Count } from '../../tokens/counters.js'
import { type PublicApplication, publicApplication } from '../applications/public-application.js'
import { nameDevice } from '../devices/device-name.js'
import type { Quota } from '../quota.js'
import type { BrowserSession } from '../sign-in/browser-sessions.js'
import type { Guesses } from '../sign-in/guesses.js'
import { byBrowser, type Deciding } from './deciding.js'

/** A program that asks to be let in. Times are epoch ms. */
export type WaitingProgram = {
  userCode: string
  application: PublicApplication
  scope: readonly string[]
  resources: readonly string[]
  /** Where it asks from, and what it calls itself; '' where it does not. */
  address: string
  program: string
  createdAt: number
  /** What the person who asks has decided already; null: nothing yet. */
  decision: 'approved' | 'denied' | null
}

export type DeviceDecisionsDeps = {
  database: Database
  deviceCodeStore: DeviceCodeStore
  deciding: Deciding
  changes: Changes
  applications: ApplicationsInForce
  tail: Pick<Tail, 'freshen'>
  guesses: Guesses
  codeQuota: Quota
  count: Count
  now: () => number
}

export function createDeviceDecisions(deps: DeviceDecisionsDeps) {
  const { database, deviceCodeStore, deciding, changes, applications, tail, guesses, codeQuota, count, now } = deps

  async function lookUp(typed: string, userId: number): Promise<WaitingProgram> {
    const userCode = userCodeIn(typed)
    await tail.freshen()
    const row = userCode === null ? null : await deviceCodeStore.findByUserCode(database, userCode)
    const held = row && isOpenTo(row, userId) ? await applications.meet(row.applicationId) : undefined
    if (!row || !held?.active || !grantTypesOf(held.metadata).includes(deviceGrantType)) throw unknownCode()
    const { scope, resources, address, userAgent, createdAt, decision } = row
    const program = userAgent === '' ? '' : nameDevice(userAgent).name
    const asked = { scope: scopeWords(scope), resources }
    return {
      userCode: row.userCode,
      application: publicApplication(held),
      ...asked,
      address,
      program,
      createdAt,
      decision,
    }
  }

  /** It waits, or this person has decided about it just now. */
  function isOpenTo(row: DeviceCodeRecord, userId: number): boolean {
    return row.expiresAt > now() && (row.decision === null || row.userId === userId)
  }

  /** What the person was shown, and no other that has its code by now. @throws invalid_fields */
  async function requireSame(tx: Queries, found: WaitingProgram, userId: number): Promise<DeviceCodeRecord> {
    const row = await deviceCodeStore.lockByUserCode(tx, found.userCode)
    if (!row || row.createdAt !== found.createdAt || !isOpenTo(row, userId)) throw unknownCode()
    return row
  }

  /**
   * @returns whether it was decided now: where the button was hit twice what holds is said once more
   * @throws invalid_fields: the person has decided otherwise in another tab, or it is over
   */
  async function write(tx: Queries, { hash, decision }: DeviceCodeRecord, by: DeviceDecision, scope: string) {
    if (decision === by.decision) return false
    if (!(await deviceCodeStore.decide(tx, hash, by, scope))) throw unknownCode()
    return true
  }

  return {
    /**
     * Which program waits for a code.
     * @param typed as the person has typed it
     * @throws invalid_fields (`user_code`), too_many_guesses, database_unavailable
     */
    async find(typed: string, browser: BrowserSession, { address }: Origin): Promise<WaitingProgram> {
      const userId = browser.user.id
      try {
        return (await guesses.count({ kind: 'userCode', userId, address }, () => lookUp(typed, userId))).result
      } catch (error) {
        if (error instanceof Refusal && error.status < 500) count('wrong_user_codes')
        throw error
      }
    },

    /**
     * Lets it in: what was agreed to is remembered, and the program is told when it asks next.
     * @param found what the person was shown
     * @param consented its scopes, as they were shown
     * @throws as `Deciding.decide` does; invalid_fields (`user_code`: it is over, or somebody has decided otherwise),
     *   too_many_codes; nothing was written then
     */
    async approve(
      found: WaitingProgram,
      consented: readonly string[],
      browser: BrowserSession,
      actor: Actor,
    ): Promise<void> {
      const { scope, resources, application } = found
      const userId = browser.user.id
      await codeQuota(String(userId))
      await changes.run(byBrowser(actor, browser), async (tx, change) => {
        let row: DeviceCodeRecord | null = null
        const asked = { applicationId: application.id, scope, resources }
        const lockIt = async () => {
          row = await requireSame(tx, found, userId)
        }
        const { standing, granted, authenticatedAt } = await deciding.decide(
          tx,
          change,
          browser,
          asked,
          consented,
          lockIt,
        )
        const { id: browserSid, seq } = standing.session
        const by = { decision: 'approved', decidedAt: now(), userId, browserSid, seq, authenticatedAt } as const
        if (!(await write(tx, row!, by, wordsIn(granted).join(' ')))) return
        // First-party applications have no entry of a consent; a phished code is found by this one (RFC 8628 §5.4).
        const after = { application: application.id, scope: wordsIn(granted), asked_from: found.address }
        change.note({ action: 'device_approved', subject: String(userId), after })
      })
    },

    /** Sends the program away. @throws invalid_fields (`user_code`) */
    async deny(found: WaitingProgram, { user: { id: userId }, session }: BrowserSession): Promise<void> {
      await database.transaction(async tx => {
        const row = await requireSame(tx, found, userId)
        const of = { decidedAt: now(), userId, browserSid: session.id, seq: null, authenticatedAt: null }
        await write(tx, row, { decision: 'denied', ...of }, row.scope)
      })
    },
  }
}

export type DeviceDecisions = ReturnType<typeof createDeviceDecisions>

const unknownCode = () => refuseField('user_code', 'user_code_unknown')
