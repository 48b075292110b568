import { createOpenSessions } from './open-sessions.js';
import { createRotations } from './rotations.js';
import { scanSql } from './scan-sql.js';
import { readPrefixedSession, readSession, sessionColumns, writtenSession, } from './session-rows.js';
import { createSessionTidying } from './session-tidying.js';
import { assignments, columns, grouped, inChunks, insertion, padded, placeholders } from './statement.js';
import { foldUser, userColumns } from './user-rows.js';
const selectSession = `SELECT ${columns('s', sessionColumns)} FROM session s`;
/** What a standing has from outside of its session and its user: the application `a`, and the log's head `h`. */
export const outsideColumns = `a.active AS applicationActive, a.version AS applicationVersion,
  a.ended_seq AS applicationEndedSeq, h.ended_seq AS logEndedSeq, h.seq AS logSeq, h.key_version AS logKeyVersion,
  h.policy_version AS logPolicyVersion, h.resource_version AS logResourceVersion,
  h.access_lifetime AS logAccessLifetime`;
/** What `readStanding` reads, of a session under the alias `s`, and where it is read from. */
export const standingColumns = `${columns('s', sessionColumns, 's_')}, ${columns('u', userColumns)},
  r.name AS roleName, r.permissions AS rolePermissions,
  ${outsideColumns}`;
export const standingTables = `session s
  JOIN user u ON u.id = s.user_id
  JOIN application a ON a.id = s.application_id
  CROSS JOIN log_head h
  LEFT JOIN user_role ur ON ur.user_id = u.id
  LEFT JOIN role r ON r.name = ur.role_name`;
/** Some of those that are open do not live: who goes by it looks closer before anything ends. The index alone tells. */
const crowdedUpto = (hint, beside) => `(SELECT n.created_at FROM session n${hint}
  WHERE n.user_id = s.user_id AND n.ended_at IS NULL
  ORDER BY n.created_at DESC, n.id DESC LIMIT 1 OFFSET ${Math.trunc(beside) + 1})`;
export function createSessionStore(dialect) {
    const { hint } = scanSql(dialect.engine);
    return {
        ...createRotations(dialect),
        ...createSessionTidying(),
        ...createOpenSessions(dialect),
        async insert(tx, session) {
            await tx.write(...insertion('session', writtenSession(session)));
        },
        /**
         * One statement for everything that a refresh must know, of one instant. Sessions that do not exist are left out.
         * @param ids as many as one statement takes: a batch of refreshes, a page of a list
         * @param beside also tell from where on a user has more newer sessions than this; Infinity: do not ask
         */
        async standings(tx, ids, beside = Infinity) {
            const wanted = padded(ids);
            const rows = await tx.read(`SELECT ${standingColumns},
           ${beside === Infinity ? 'NULL' : crowdedUpto(hint('session_user'), beside)} AS crowdedUpto
         FROM ${standingTables} WHERE s.id IN (${placeholders(wanted.length)})`, wanted, 'often');
            const standings = new Map();
            for (const [id, group] of grouped(rows, row => row.s_id))
                standings.set(id, readStanding(group));
            return standings;
        },
        async find(tx, id) {
            const [row] = await tx.read(`${selectSession} WHERE s.id = ?`, [id]);
            return row ? readSession(row) : null;
        },
        async lock(tx, id) {
            // SQLite's transactions have the one write lock already.
            if (dialect.forUpdate === '')
                return;
            await tx.read(`SELECT id FROM session WHERE id = ?${dialect.forUpdate}`, [id]);
        },
        async some(tx, ids) {
            const rows = await inChunks(ids, some => tx.read(`${selectSession} WHERE s.id IN (${placeholders(some.length)})`, some));
            return new Map(rows.map(row => [row.id, readSession(row)]));
        },
        /** @returns whether it was open until now */
        async end(tx, id, at, reason, by) {
            const matched = await tx.write('UPDATE session SET ended_at = ?, ended_reason = ?, ended_by = ? WHERE id = ? AND ended_at IS NULL', [at, reason, by, id]);
            return matched === 1;
        },
        /** Those of the same application that codes opened through the same browser session, and that have no refresh token. */
        async childrenAlike(tx, { browserSid, applicationId }) {
            const rows = await tx.read(`${selectSession} WHERE s.browser_sid = ? AND s.ended_at IS NULL AND s.application_id = ? AND s.refreshable = ?`, [browserSid, applicationId, false]);
            return rows.map(readSession);
        },
        /** A code gives a session that is there. @returns whether it was still open */
        async retake(tx, id, taken) {
            const [sql, values] = assignments(taken);
            return (await tx.write(`UPDATE session SET ${sql} WHERE id = ? AND ended_at IS NULL`, [...values, id])) === 1;
        },
        /**
         * A page of the session was visited: its idle end moves. Nobody holds its refresh token, which moves along.
         * @param terms all in ms; `every`: visits that follow each other faster write nothing
         */
        async visit(tx, id, { now, idle, absolute, every }) {
            await tx.write(`UPDATE session SET rotated_at = ?, last_seen_at = ?,
           expires_at = CASE WHEN created_at + ? < ? THEN created_at + ? ELSE ? END
         WHERE id = ? AND ended_at IS NULL AND expires_at > ? AND rotated_at > ? AND created_at > ? AND last_seen_at <= ?`, [
                ...[now, now, absolute, now + idle, absolute, now + idle],
                ...[id, now, now - idle, now - absolute, now - every],
            ]);
        },
        /** Its person has signed in again; the caller has locked its row. */
        async renew(tx, id, changes) {
            const [set, values] = assignments(changes);
            await tx.write(`UPDATE session SET ${set} WHERE id = ? AND ended_at IS NULL`, [...values, id]);
        },
        /** Takes a session that lives past an "end all" of this transaction. One that an earlier end has superseded stays over. */
        async raiseSeq(tx, id, seq) {
            await tx.write(`UPDATE session SET seq = ? WHERE id = ? AND ended_at IS NULL
           AND seq >= (SELECT u.ended_seq FROM user u WHERE u.id = session.user_id)
           AND seq >= (SELECT a.ended_seq FROM application a WHERE a.id = session.application_id)
           AND seq >= (SELECT h.ended_seq FROM log_head h WHERE h.id = 1)`, [seq, id]);
        },
    };
}
/** @param rows of one session, a row for each role of its user */
export function readStanding(rows) {
    const first = rows[0];
    const session = readPrefixedSession(first);
    const user = foldUser(rows);
    return {
        session,
        user,
        application: {
            id: session.applicationId,
            active: first.applicationActive === 1,
            version: first.applicationVersion,
        },
        ended: { user: user.endedSeq, application: first.applicationEndedSeq, log: first.logEndedSeq },
        seq: first.logSeq,
        keyVersion: first.logKeyVersion,
        policyVersion: first.logPolicyVersion,
        resourcesVersion: first.logResourceVersion,
        accessLifetime: first.logAccessLifetime,
        crowdedUpto: first.crowdedUpto ?? null,
    };
}
//# sourceMappingURL=sessions.js.map