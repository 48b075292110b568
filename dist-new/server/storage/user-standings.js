import { outsideColumns } from './sessions.js';
import { columns } from './statement.js';
import { readUser, userColumns, withRoles } from './user-rows.js';
export function createUserStandingStore(dialect) {
    return {
        /** First lock of a transaction about a user, as UserStore's; null where there is no such user. */
        async lockUser(tx, id) {
            const rows = await tx.read(`SELECT ${columns('u', userColumns)} FROM user u WHERE u.id = ?${dialect.forUpdate}`, [id]);
            return rows[0] ? readUser(rows[0]) : null;
        },
        /**
         * What a session of a locked user stands on, all of one instant: nobody changes the user's row until the transaction
         * ends, so the log's number is as old as all that a token will say, or older. null: there is no such application.
         */
        async of(tx, user, applicationId) {
            const rows = await tx.read(`SELECT r.name AS roleName, r.permissions AS rolePermissions,
           ${outsideColumns}
         FROM application a
         CROSS JOIN log_head h
         LEFT JOIN user_role ur ON ur.user_id = ?
         LEFT JOIN role r ON r.name = ur.role_name
         WHERE a.id = ?`, [user.id, applicationId]);
            const [first] = rows;
            if (!first)
                return null;
            const ended = {
                user: user.endedSeq,
                application: first.applicationEndedSeq,
                log: first.logEndedSeq,
            };
            return {
                user: withRoles(user, rows),
                application: { id: applicationId, active: first.applicationActive === 1, version: first.applicationVersion },
                ended,
                seq: first.logSeq,
                keyVersion: first.logKeyVersion,
                policyVersion: first.logPolicyVersion,
                resourcesVersion: first.logResourceVersion,
                accessLifetime: first.logAccessLifetime,
            };
        },
    };
}
//# sourceMappingURL=user-standings.js.map