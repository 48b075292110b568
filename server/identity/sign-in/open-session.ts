// Opens a session on any kind of evidence: a checked password, a code or a device code. What the evidence rests on is
// checked again here under the user's row lock: a concurrent change commits before, and is seen, or after, and ends the
// session. The caller issues tokens afterwards (tokens/issue.ts).
import type { Actor, Origin } from '../../policy/actor.js'
import { mayUse, ownApplicationId } from '../../policy/application-metadata.js'
import type { AuditAction } from '../../policy/audit.js'
import { absoluteEnd } from '../../policy/session.js'
import { refuse } from '../../protocol/errors.js'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'
import type { ErasInForce, PolicyInForce } from '../../revocation/policy-in-force.js'
import type { Tail } from '../../revocation/tail.js'
import type { Queries } from '../../storage/database.js'
import type { SessionGrant } from '../../storage/session-rows.js'
import type { SessionRecord, SessionStore, Standing } from '../../storage/sessions.js'
import type { OwnUserRecord } from '../../storage/user-rows.js'
import type { UserStanding, UserStandingStore } from '../../storage/user-standings.js'
import type { Change, Changes } from '../../tokens/changes.js'
import type { Issue } from '../../tokens/issue.js'
import type { Secrets } from '../../tokens/secrets.js'
import type { DeviceClaim, KnownDevices, NamedDevice } from './known-devices.js'
import type { LimitEnforcement } from './limit-enforcement.js'
import type { Renewal } from './renewal.js'
import type { SessionReuse } from './session-reuse.js'

/** Evidence that a session is opened on. */
export type Evidence = {
  userId: number
  /** The log's number, read before the credential was checked: later ends of the user's sessions have a higher one. */
  seq: number
  /** When the credential was checked, epoch ms. */
  authenticatedAt: number
  /**
   * Called in the transaction right after the lock of the user's row. It may lock further rows that follow in the
   * global lock order, such as the browser session's, and write what the use of the evidence changes: all of it is
   * rolled back where no session is opened. Whether user and application are active, and no end came in between, is
   * checked for every evidence by the caller.
   * @returns whether the evidence still holds; EvidenceOutdated is thrown where it does not
   * @throws refusals of its own
   */
  stillHolds: (tx: Queries, user: OwnUserRecord) => Promise<boolean>
  /** For evidence that is valid once: called with its session before that is written. @throws EvidenceOutdated */
  spend?: (
    tx: Queries,
    session: Pick<SessionRecord, 'id' | 'policyVersion' | 'applicationId'>,
    eras: ErasInForce,
  ) => Promise<void>
}

export type Opening = {
  device: DeviceClaim | NamedDevice
  origin: Origin
  /** A function where it depends on the application as the transaction reads it. */
  grant: SessionGrant | (() => SessionGrant)
  /**
   * The session replaces those that its application has on a recognised device, whose client has lost its token pair.
   * Sessions opened by codes, and browser sessions, stay side by side (oauth.md §5).
   */
  replaces?: boolean
  /** Always a new session, even where an existing one could be reused: the caller ends it. */
  standalone?: boolean
  /**
   * The session continues a token of the former service, which stands for its generation 0: that token counts as
   * rotated just now, so that its reuse is tolerated or detected as any other (policy/rotation.ts).
   */
  succeeds?: true
  /** The action of the audit entry; by default a sign-in. */
  action?: AuditAction
  /** The browser's session, to be renewed where it lives and belongs to the same user. */
  renews?: string | undefined
}

/** A session that was opened, and everything that its first tokens are issued from. */
export type Opened = {
  standing: Standing
  /** The policy at that instant. */
  eras: ErasInForce
  /** Epoch ms, an instant before the standing was read. */
  issuedAt: number
}

/** The evidence, or its user, has changed: a caller that can check the credential again does so. */
export class EvidenceOutdated extends Error {}

/**
 * Rolls the transaction back when the database has a newer policy, newer keys or newer applications than this process.
 */
class Behind extends Error {
  /** @param outdated ids of applications to be loaded */
  constructor(readonly outdated: readonly string[]) {
    super()
  }
}

const tries = 3

export type OpenSessionDeps = {
  userStandingStore: UserStandingStore
  sessionStore: SessionStore
  knownDevices: KnownDevices
  limitEnforcement: LimitEnforcement
  reuseSession: SessionReuse
  renewal: Renewal
  issue: Issue
  changes: Changes
  secrets: Secrets
  tail: Tail
  policy: PolicyInForce
  applications: ApplicationsInForce
  now: () => number
  uuid: () => string
}

export function createOpenSession(deps: OpenSessionDeps) {
  const {
    userStandingStore,
    sessionStore,
    knownDevices,
    limitEnforcement,
    reuseSession,
    renewal,
    issue,
    changes,
    secrets,
    tail,
    policy,
  } = deps
  const { applications, now, uuid } = deps

  /**
   * Opens a session.
   * @throws EvidenceOutdated, application_disabled, session_limit_reached, database_unavailable, what the evidence
   *   throws
   */
  async function openSession(evidence: Evidence, applicationId: string, opening: Opening): Promise<Opened> {
    for (let attempt = 1; attempt <= tries; attempt++) {
      try {
        return await openOnce(evidence, applicationId, opening)
      } catch (error) {
        if (!(error instanceof Behind)) throw error
        if (error.outdated.length > 0) await applications.load(error.outdated)
        await tail.readNow()
      }
    }
    throw refuse('database_unavailable', { retryAfter: 1 })
  }

  async function openOnce(
    evidence: Evidence,
    applicationId: string,
    { device, origin, grant, replaces = false, standalone = false, succeeds, action, renews }: Opening,
  ): Promise<Opened> {
    const issuedAt = now()
    // One policy throughout: the one in force when the log's number is read.
    const eras = policy.eras()
    const { userId } = evidence
    const actor: Actor = { name: `user:${userId}`, origin, credential: null }
    const standing = await changes.run(actor, async (tx, change) => {
      const user = await userStandingStore.lockUser(tx, userId)
      if (!user?.active || !(await evidence.stillHolds(tx, user))) throw new EvidenceOutdated()
      const found = requireInForce(await userStandingStore.of(tx, user, applicationId), evidence, eras)
      if (renews !== undefined) {
        const { ended } = found
        const session = await renewal.renew(tx, { sessionId: renews, evidence, origin, ended, eras })
        if (session) {
          noteSignIn(change, session, action, { renewed: true })
          return { ...found, session, overLimitUpto: null }
        }
      }
      const { id: deviceId, isNew } = await deviceOf(tx, userId, device, origin)
      const granted = typeof grant === 'function' ? grant() : grant
      const about = { applicationId, deviceId, address: origin.address, grant: granted }
      const made = newSession(evidence, about, eras)
      const opened = succeeds ? { ...made, windowFrom: 0, windowStartedAt: made.createdAt } : made
      const inForce = { replaces: replaces && !isNew, ended: found.ended, eras }
      const reused = standalone ? null : await reuseSession(tx, opened, inForce)
      const session = reused ?? opened
      await evidence.spend?.(tx, session, eras)
      if (!reused) {
        await limitEnforcement.enforce(tx, change, session, inForce)
        await sessionStore.insert(tx, session)
      }
      noteSignIn(change, session, action)
      return { ...found, session, overLimitUpto: null }
    })
    return { standing, eras, issuedAt }
  }

  async function deviceOf(tx: Queries, userId: number, device: Opening['device'], origin: Origin) {
    if (!('deviceId' in device)) return knownDevices.recognise(tx, userId, device, origin)
    if (!(await knownDevices.isOpen(tx, userId, device))) throw new EvidenceOutdated()
    return { id: device.deviceId, isNew: false }
  }

  function noteSignIn(
    { note }: Change,
    { id, userId, deviceId, applicationId }: SessionRecord,
    action: AuditAction = 'signed_in',
    more: object = {},
  ) {
    const after = { session: id, device: deviceId, application: applicationId, ...more }
    note({ action, subject: String(userId), after })
  }

  /** Checks that apply to every evidence. */
  function requireInForce(found: UserStanding | null, { seq }: Evidence, eras: ErasInForce): UserStanding {
    if (!found?.application.active) throw refuse('application_disabled')
    const { ended, policyVersion } = found
    // An end that came in between supersedes an earlier proof.
    if (seq < Math.max(ended.user, ended.application, ended.log)) throw new EvidenceOutdated()
    const outdated = applications.outdated([found.application])
    // The scopes of any other application depend on the resource servers too.
    const isOutdated = found.application.id !== ownApplicationId && found.resourcesVersion !== applications.resourceHead
    if (policyVersion !== eras.head || isOutdated || outdated.length > 0 || issue.isBehind(found))
      throw new Behind(outdated)
    const held = applications.find(found.application.id)
    if (held && !mayUse(held.metadata, found.user.roles)) throw new EvidenceOutdated()
    return found
  }

  function newSession(
    { userId, seq, authenticatedAt }: Evidence,
    {
      applicationId,
      deviceId,
      address,
      grant,
    }: Pick<SessionRecord, 'applicationId' | 'deviceId' | 'address'> & { grant: SessionGrant },
    eras: ErasInForce,
  ): SessionRecord {
    const createdAt = now()
    const policyVersion = eras.version
    const rules = eras.of({ policyVersion, applicationId })
    return {
      id: uuid(),
      userId,
      deviceId,
      applicationId,
      seq,
      policyVersion,
      generation: 1,
      rotatedAt: createdAt,
      expiresAt: Math.min(createdAt + rules.refresh_token_lifetime * 1000, absoluteEnd({ createdAt }, rules)),
      refreshKeyVersion: secrets.present('refresh').version,
      rotation: '',
      windowFrom: 1,
      windowStartedAt: 0,
      olderFrom: 1,
      olderStartedAt: 0,
      authenticatedAt,
      createdAt,
      lastSeenAt: createdAt,
      address,
      endedAt: null,
      endedReason: null,
      endedBy: null,
      ...grant,
    }
  }

  return openSession
}

export type OpenSession = ReturnType<typeof createOpenSession>
