// The logs, the newest first, found by what filters want: revocations, audit entries, and incidents.
import { auditColumns } from './audit.js';
import { incidentColumns } from './incidents.js';
import { createKeysetScan } from './keyset-scan.js';
import { revocationColumns } from './revocations.js';
import { scanSql } from './scan-sql.js';
const byTime = (alias, id, kind) => [
    { column: `${alias}.created_at`, kind: 'number' },
    { column: `${alias}.${id}`, kind },
];
export const revocationList = {
    table: 'revocation r',
    index: 'PRIMARY',
    columns: revocationColumns,
    order: [{ column: 'r.seq', kind: 'number' }],
    descending: true,
};
export const auditList = {
    table: 'audit_entry e',
    index: 'audit_entry_created',
    columns: auditColumns,
    order: byTime('e', 'seq', 'number'),
    descending: true,
};
export const incidentList = {
    table: 'incident i',
    index: 'incident_created',
    columns: incidentColumns,
    order: byTime('i', 'id', 'text'),
    descending: true,
};
export function createLogListStore(dialect) {
    const scan = createKeysetScan(dialect);
    const { hint } = scanSql(dialect.engine);
    const lists = (list, scanOf) => ({
        page: (tx, filter, page) => scan.page(tx, list, { ...scanOf(filter), budget: page.budget }, page),
        count: (tx, filter) => scan.count(tx, list, scanOf(filter)),
    });
    return {
        revocations: lists(revocationList, scanOfRevocations),
        audit: lists(auditList, filter => scanOfAudit(filter, hint)),
        incidents: lists(incidentList, scanOfIncidents),
    };
}
function scanOfRevocations({ kind, subject, actor, reason }) {
    const bySeq = ['r.seq'];
    const ofSubject = kind === undefined
        ? []
        : subject === undefined
            ? [{ sql: 'r.kind = ?', values: [kind], accessPath: { index: 'revocation_subject', order: null } }]
            : [
                {
                    sql: 'r.kind = ? AND r.subject = ?',
                    values: [kind, subject],
                    accessPath: { index: 'revocation_subject', order: bySeq },
                },
            ];
    return {
        filters: [
            ...ofSubject,
            ...is('r.actor', actor, 'revocation_actor', bySeq),
            ...is('r.reason', reason, 'revocation_reason', bySeq),
        ],
    };
}
function scanOfAudit({ actor, action, subject, userId, address, since, until }, hint) {
    const order = auditList.order.map(({ column }) => column);
    const ofSubject = subject
        ? [
            {
                sql: 'e.subject_kind = ? AND e.subject = ?',
                values: [subject.kind, subject.id],
                accessPath: { index: 'audit_entry_subject', order },
            },
        ]
        : [];
    return {
        filters: [
            ...ofSubject,
            ...(userId === undefined ? [] : [ofUser(userId, hint)]),
            ...is('e.actor', actor, 'audit_entry_actor', order),
            ...is('e.address', address, 'audit_entry_address', order),
            ...is('e.action', action, 'audit_entry_action', order),
        ],
        from: since,
        upto: until,
    };
}
/** More subjects than this are not looked through to find out that a scan of them would be long. */
const mostSubjects = 4_000;
/** Entries name a session or a device by its id: whose it is, its own row says. */
function ofUser(userId, hint) {
    const subjects = (more = '') => `(SELECT 'user' AS kind, ? AS id
    UNION ALL SELECT * FROM (SELECT 'session' AS kind, id FROM session WHERE user_id = ?${more}) s
    UNION ALL SELECT * FROM (SELECT 'device' AS kind, id FROM device WHERE user_id = ?${more}) d) x`;
    const join = `CROSS JOIN audit_entry e${hint('audit_entry_subject')} ON e.subject_kind = x.kind AND e.subject = x.id`;
    const values = [String(userId), userId, userId];
    const owned = (kind) => `e.subject_kind = '${kind}' AND EXISTS (SELECT 1 FROM ${kind} y WHERE y.id = e.subject AND y.user_id = ?)`;
    return {
        sql: `(e.subject_kind = 'user' AND e.subject = ?) OR (${owned('session')}) OR (${owned('device')})`,
        values,
        accessPath: {
            order: null,
            other: { table: { sql: subjects(), values }, join, where: null },
            counted: [
                { sql: 'session WHERE user_id = ?', values: [userId] },
                { sql: 'device WHERE user_id = ?', values: [userId] },
                { sql: `${subjects(` LIMIT ${mostSubjects}`)} ${join}`, values },
            ],
        },
    };
}
function scanOfIncidents({ userId, sessionId, since, until }) {
    const order = incidentList.order.map(({ column }) => column);
    const ofSession = {
        sql: 'i.session_id = ?',
        values: [sessionId],
        accessPath: { index: 'incident_session', order: null },
    };
    return {
        filters: [
            ...is('i.user_id', userId, 'incident_user_created', order),
            ...(sessionId === undefined ? [] : [ofSession]),
        ],
        from: since,
        upto: until,
    };
}
function is(column, value, index, order) {
    return value === undefined ? [] : [{ sql: `${column} = ?`, values: [value], accessPath: { index, order } }];
}
//# sourceMappingURL=log-lists.js.map