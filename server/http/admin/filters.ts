// Query parameters of the API's lists beside their filters (http/lists/).
import type { SessionFilter } from '../../identity/devices/session-list.js'
import type { AuditFilter } from '../../identity/logs/audit-log.js'
import type { RevocationFilter } from '../../identity/logs/revocation-log.js'
import { type UserOrder, userOrders } from '../../identity/people/user-list.js'
import { auditSubjects } from '../../policy/audit.js'
import { refuseField } from '../../protocol/errors.js'
import type { Context } from '../handler.js'
import { readAsked } from '../lists/filters.js'
import { auditFilters, revocationFilters } from '../lists/logs.js'
import { sessionFilters } from '../lists/sessions.js'
import { type ParameterRules, readParameter, readParameters } from '../wire/parameters.js'

export const userOrder = {
  order: { is: 'choice', of: userOrders, about: 'Default: `newest`.' },
} as const satisfies ParameterRules

/** The order of the list of users. @throws invalid_fields, as all functions here */
export function readUserOrder(ctx: Context): UserOrder {
  return readParameter(ctx, 'order', userOrder.order) ?? 'newest'
}

export const endedSessions = {
  all: { is: 'mark', about: 'Include ended ones; not together with `state`.' },
} as const satisfies ParameterRules

/** The filter of the list of sessions: live sessions, unless the address asks for a state or for `all`. */
export function readSessionFilter(ctx: Context): SessionFilter {
  const filter = readAsked(ctx, sessionFilters)
  const isAll = readParameter(ctx, 'all', endedSessions.all)
  if (isAll && filter.state !== undefined) throw refuseField('all', 'state_with_all')
  return { ...filter, state: filter.state ?? (isAll ? undefined : 'live') }
}

export function readRevocationFilter(ctx: Context): RevocationFilter {
  const filter = readAsked(ctx, revocationFilters)
  if (filter.subject !== undefined && filter.kind === undefined) throw refuseField('kind', 'subject_without_kind')
  return filter
}

export const auditSubject = {
  subject_kind: { is: 'choice', of: auditSubjects, about: 'The kind of subject of an entry; together with `subject`.' },
  subject: { is: 'text', about: 'The id or name of the subject of an entry; together with `subject_kind`.' },
} as const satisfies ParameterRules

export function readAuditFilter(ctx: Context): AuditFilter {
  const { subject_kind: kind, subject: id } = readParameters(ctx, auditSubject)
  if ((kind === undefined) !== (id === undefined))
    throw refuseField(kind === undefined ? 'subject_kind' : 'subject', 'subject_incomplete')
  return { ...readAsked(ctx, auditFilters), subject: kind && id ? { kind, id } : undefined }
}
