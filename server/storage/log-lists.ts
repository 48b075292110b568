// Lists of revocations, audit entries and incidents, newest first: filtered scans page by page.

import { type AuditRecord, auditColumns } from './audit.js'
import type { Dialect, Queries } from './database.js'
import { type IncidentRecord, incidentColumns } from './incidents.js'
import { type Cursor, createKeysetScan, type Filter, type List, type Scan } from './keyset-scan.js'
import { type RevocationRecord, revocationColumns } from './revocations.js'
import { scanSql } from './scan-sql.js'

/** An absent field matches every row. Times are epoch ms, `until` is exclusive. */
type Between = { since?: number | undefined; until?: number | undefined }

export type RevocationFilter = {
  kind?: string | undefined
  /** Only together with a kind. */
  subject?: string | undefined
  actor?: string | undefined
  /** The trigger that wrote the entry. */
  reason?: string | undefined
}

export type AuditFilter = Between & {
  actor?: string | undefined
  action?: string | undefined
  subject?: { kind: string; id: string } | undefined
  /** Entries about this user, or a session or a device of theirs, as long as these are stored. */
  userId?: number | undefined
  address?: string | undefined
}

export type IncidentFilter = Between & { userId?: number | undefined; sessionId?: string | undefined }

type Hint = ReturnType<typeof scanSql>['hint']

type Page = { after: Cursor | null; limit: number; budget?: number | undefined }

const byTime = (alias: string, id: string, kind: 'number' | 'text') =>
  [
    { column: `${alias}.created_at`, kind: 'number' },
    { column: `${alias}.${id}`, kind },
  ] as const

export const revocationList: List = {
  table: 'revocation r',
  index: 'PRIMARY',
  columns: revocationColumns,
  order: [{ column: 'r.seq', kind: 'number' }],
  descending: true,
}

export const auditList: List = {
  table: 'audit_entry e',
  index: 'audit_entry_created',
  columns: auditColumns,
  order: byTime('e', 'seq', 'number'),
  descending: true,
}

export const incidentList: List = {
  table: 'incident i',
  index: 'incident_created',
  columns: incidentColumns,
  order: byTime('i', 'id', 'text'),
  descending: true,
}

export function createLogListStore(dialect: Dialect) {
  const scan = createKeysetScan(dialect)
  const { hint } = scanSql(dialect.engine)
  const lists = <F, Row>(list: List, scanOf: (filter: F) => Scan) => ({
    page: (tx: Queries, filter: F, page: Page) =>
      scan.page<Row>(tx, list, { ...scanOf(filter), budget: page.budget }, page),
    count: (tx: Queries, filter: F) => scan.count(tx, list, scanOf(filter)),
  })
  return {
    revocations: lists<RevocationFilter, RevocationRecord>(revocationList, scanOfRevocations),
    audit: lists<AuditFilter, AuditRecord>(auditList, filter => scanOfAudit(filter, hint)),
    incidents: lists<IncidentFilter, IncidentRecord>(incidentList, scanOfIncidents),
  }
}

export type LogListStore = ReturnType<typeof createLogListStore>

function scanOfRevocations({ kind, subject, actor, reason }: RevocationFilter): Scan {
  const bySeq = ['r.seq']
  const ofSubject: Filter[] =
    kind === undefined
      ? []
      : subject === undefined
        ? [{ sql: 'r.kind = ?', values: [kind], accessPath: { index: 'revocation_subject', order: null } }]
        : [
            {
              sql: 'r.kind = ? AND r.subject = ?',
              values: [kind, subject],
              accessPath: { index: 'revocation_subject', order: bySeq },
            },
          ]
  return {
    filters: [
      ...ofSubject,
      ...is('r.actor', actor, 'revocation_actor', bySeq),
      ...is('r.reason', reason, 'revocation_reason', bySeq),
    ],
  }
}

function scanOfAudit({ actor, action, subject, userId, address, since, until }: AuditFilter, hint: Hint): Scan {
  const order = auditList.order.map(({ column }) => column)
  const ofSubject: Filter[] = subject
    ? [
        {
          sql: 'e.subject_kind = ? AND e.subject = ?',
          values: [subject.kind, subject.id],
          accessPath: { index: 'audit_entry_subject', order },
        },
      ]
    : []
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
  }
}

/** Limit of subjects that are read to estimate how long a scan of their entries is. */
const mostSubjects = 4_000

/** Entries name a session or a device by its id; the user is in the session's or the device's own row. */
function ofUser(userId: number, hint: Hint): Filter {
  const subjects = (more = '') => `(SELECT 'user' AS kind, ? AS id
    UNION ALL SELECT * FROM (SELECT 'session' AS kind, id FROM session WHERE user_id = ?${more}) s
    UNION ALL SELECT * FROM (SELECT 'device' AS kind, id FROM device WHERE user_id = ?${more}) d) x`
  const join = `CROSS JOIN audit_entry e${hint('audit_entry_subject')} ON e.subject_kind = x.kind AND e.subject = x.id`
  const values = [String(userId), userId, userId]
  const owned = (kind: 'session' | 'device') =>
    `e.subject_kind = '${kind}' AND EXISTS (SELECT 1 FROM ${kind} y WHERE y.id = e.subject AND y.user_id = ?)`
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
  }
}

function scanOfIncidents({ userId, sessionId, since, until }: IncidentFilter): Scan {
  const order = incidentList.order.map(({ column }) => column)
  const ofSession = {
    sql: 'i.session_id = ?',
    values: [sessionId!],
    accessPath: { index: 'incident_session', order: null },
  }
  return {
    filters: [
      ...is('i.user_id', userId, 'incident_user_created', order),
      ...(sessionId === undefined ? [] : [ofSession]),
    ],
    from: since,
    upto: until,
  }
}

function is(column: string, value: string | number | undefined, index: string, order: readonly string[]): Filter[] {
  return value === undefined ? [] : [{ sql: `${column} = ?`, values: [value], accessPath: { index, order } }]
}
