// A user looks up by a user code which program waits for it (RFC 8628 §3.3), and approves or denies it. Guesses at
// codes are counted by user and by network; a lookup requires a sign-in.
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

/** A program that waits for approval. Times are epoch ms. */
export type WaitingProgram = {
  userCode: string
  application: PublicApplication
  scope: readonly string[]
  resources: readonly string[]
  /** IP address and User-Agent of the program; '' where it sends none. */
  address: string
  program: string
  createdAt: number
  /** The decision that this user has made already; null: none yet. */
  decision: 'approved' | 'denied' | null
}

export type DeviceDecisionsDeps = {
  database: Database
  deviceCodeStore: DeviceCodeStore
  deciding: Deciding
  changes: Changes
  applications: ApplicationsInForce
  tail: Pick<Tail, 'readIfOld'>
  guesses: Guesses
  codeQuota: Quota
  count: Count
  now: () => number
}

export function createDeviceDecisions(deps: DeviceDecisionsDeps) {
  const { database, deviceCodeStore, deciding, changes, applications, tail, guesses, codeQuota, count, now } = deps

  async function lookUp(typed: string, userId: number): Promise<WaitingProgram> {
    const userCode = userCodeIn(typed)
    await tail.readIfOld()
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

  /** Whether this user may decide: the program still waits, or this user has just decided. */
  function isOpenTo(row: DeviceCodeRecord, userId: number): boolean {
    return row.expiresAt > now() && (row.decision === null || row.userId === userId)
  }

  /** Locks the row that the user was shown, not a later one with the same user code. @throws invalid_fields */
  async function requireSame(tx: Queries, found: WaitingProgram, userId: number): Promise<DeviceCodeRecord> {
    const row = await deviceCodeStore.lockByUserCode(tx, found.userCode)
    if (!row || row.createdAt !== found.createdAt || !isOpenTo(row, userId)) throw unknownCode()
    return row
  }

  /**
   * Writes the decision.
   * @returns whether it was written now; false where the button was pressed twice
   * @throws invalid_fields: the user has decided otherwise in another tab, or the code has expired
   */
  async function write(tx: Queries, { hash, decision }: DeviceCodeRecord, by: DeviceDecision, scope: string) {
    if (decision === by.decision) return false
    if (!(await deviceCodeStore.decide(tx, hash, by, scope))) throw unknownCode()
    return true
  }

  return {
    /**
     * Finds the program that waits for a user code.
     * @param typed the code as the user typed it
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
     * Approves a program: the consent is remembered, and the program's next poll gets tokens.
     * @param found what the user was shown
     * @param consented the program's scopes, as they were shown
     * @throws as `Deciding.decide` does; invalid_fields (`user_code`: it has expired, or was decided otherwise),
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
        // First-party applications have no audit entry of a consent; this entry shows a phished device code (RFC 8628
        // §5.4).
        const after = { application: application.id, scope: wordsIn(granted), asked_from: found.address }
        change.note({ action: 'device_approved', subject: String(userId), after })
      })
    },

    /** Denies a program. @throws invalid_fields (`user_code`) */
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
