// Everything that decides about a session before it is opened: its user's row, read by the statement that locks it
// (SELECT … FOR UPDATE), and the rest, read in one statement with the log's number. So a sign-in reads the row once,
// under its lock.
import type { EndedSeqs } from '../policy/session.js'
import type { Dialect, Queries } from './database.js'
import { type OutsideRow, outsideColumns, type Standing } from './sessions.js'
import { columns } from './statement.js'
import { type OwnUserRecord, type OwnUserRow, type RoleOfUser, readUser, userColumns, withRoles } from './user-rows.js'

/** A Standing without its session, which is not there yet. */
export type UserStanding = Omit<Standing, 'session' | 'overLimitUpto'>

export function createUserStandingStore(dialect: Pick<Dialect, 'forUpdate'>) {
  return {
    /** The first lock of a transaction about a user, as UserStore's; null where there is no such user. */
    async lockUser(tx: Queries, id: number): Promise<OwnUserRecord | null> {
      const rows = await tx.read<OwnUserRow>(
        `SELECT ${columns('u', userColumns)} FROM user u WHERE u.id = ?${dialect.forUpdate}`,
        [id],
      )
      return rows[0] ? readUser(rows[0]) : null
    },

    /**
     * The rest for a locked user, in one snapshot: the row lock keeps the user's row unchanged until the transaction
     * ends, so the log's number is as old as all that a token will say, or older. null: there is no such application.
     */
    async of(tx: Queries, user: OwnUserRecord, applicationId: string): Promise<UserStanding | null> {
      const rows = await tx.read<RoleOfUser & OutsideRow>(
        `SELECT r.name AS roleName, r.permissions AS rolePermissions,
           ${outsideColumns}
         FROM application a
         CROSS JOIN log_head h
         LEFT JOIN user_role ur ON ur.user_id = ?
         LEFT JOIN role r ON r.name = ur.role_name
         WHERE a.id = ?`,
        [user.id, applicationId],
      )
      const [first] = rows
      if (!first) return null
      const ended: EndedSeqs = {
        user: user.endedSeq,
        application: first.applicationEndedSeq,
        log: first.logEndedSeq,
      }
      return {
        user: withRoles(user, rows),
        application: { id: applicationId, active: first.applicationActive === 1, version: first.applicationVersion },
        ended,
        seq: first.logSeq,
        keyVersion: first.logKeyVersion,
        policyVersion: first.logPolicyVersion,
        resourcesVersion: first.logResourceVersion,
        accessLifetime: first.logAccessLifetime,
      }
    },
  }
}

export type UserStandingStore = ReturnType<typeof createUserStandingStore>
