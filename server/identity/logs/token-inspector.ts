// Inspection of a token that is submitted as text: which check refuses it, and who revoked it. The token is neither
// stored nor logged.
import type { RefreshClaims } from '../../protocol/claims.js'
import type { Database } from '../../storage/database.js'
import type { RevocationRecord, RevocationStore } from '../../storage/revocations.js'
import type { SessionRecord, SessionStore } from '../../storage/sessions.js'
import type { Explain, Explanation } from '../../tokens/explain.js'
import { type PublicSession, publicSession } from '../devices/public-session.js'
import type { AuditLog, AuditRecord } from './audit-log.js'

export type TokenInspectorDeps = {
  database: Database
  explain: Explain
  revocationStore: RevocationStore
  sessionStore: SessionStore
  auditLog: AuditLog
}

export type InspectedToken = Explanation & {
  /** The log entry that revokes the token; null where none does, or it was deleted. */
  revocation: RevocationRecord | null
  /** The audit entry of that revocation. */
  audit: AuditRecord | null
  /** The session that the token belongs to; null until its signature is verified. */
  session: PublicSession | null
}

/** Longest time between a revocation log entry and the audit entry of the same change, in ms. */
const longestChange = 10_000

/** How many audit entries of one actor are searched. */
const looked = 50

export function createTokenInspector({
  database,
  explain,
  revocationStore,
  sessionStore,
  auditLog,
}: TokenInspectorDeps) {
  return {
    /** @throws database_unavailable, log_went_back */
    async inspect(token: string): Promise<InspectedToken> {
      const explanation = await explain(token)
      const { kind, signed, decoded, entry, refusal } = explanation
      const sid = signed && typeof decoded?.claims.sid === 'string' ? decoded.claims.sid : null
      const session = sid === null ? null : await sessionStore.find(database, sid)
      const over = kind === 'refresh' && explanation.checks.at(-1)?.result === 'failed' && refusal !== 'token_expired'
      const revocation = entry
        ? await revocationStore.find(database, entry.seq)
        : over && session
          ? await endOf(session, decoded!.claims as RefreshClaims)
          : null
      const audit = revocation && (await noteOf(revocation))
      return { ...explanation, revocation, audit, session: session && publicSession(session) }
    },
  }

  /** The newest entry that ends a session: its own, or one for its user, its application or everybody. */
  async function endOf(session: SessionRecord, claims: RefreshClaims): Promise<RevocationRecord | null> {
    const about = [
      ['session', claims.sid],
      ['user', claims.sub],
      ['application', claims.client_id],
      ['all', ''],
    ] as const
    const found = await Promise.all(about.map(([kind, subject]) => revocationStore.latestEnd(database, kind, subject)))
    return found.find(entry => entry && entry.seq > session.seq && entry.exceptSid !== session.id) ?? null
  }

  /** The audit entry of the same change: with the same actor, instant and subject. */
  async function noteOf({ actor, createdAt, kind, subject }: RevocationRecord): Promise<AuditRecord | null> {
    const when = { since: createdAt - longestChange, until: createdAt + 1_000 }
    const { results } = await auditLog.page({ actor, ...when }, { limit: looked })
    // The audit entry of a device names the sessions that ended with it.
    const isAbout = ({ subject: audited, beforeJson }: AuditRecord) =>
      audited === subject || (kind === 'session' && beforeJson?.includes(JSON.stringify(subject)))
    const wide = ['revocation_added', 'policy_changed', 'key_revoked', 'log_advanced']
    const own = results.filter(one => (kind === 'all' ? wide.includes(one.action) : isAbout(one)))
    return own.sort((a, b) => Math.abs(a.createdAt - createdAt) - Math.abs(b.createdAt - createdAt))[0] ?? null
  }
}

export type TokenInspector = ReturnType<typeof createTokenInspector>
