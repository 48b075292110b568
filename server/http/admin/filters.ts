// What a list's address asks for: which rows, from where on, how many. One table of readers for the API and the pages.

import { type DeviceFilter, deviceStates } from '../../identity/devices/device-list.js'
import type { SessionFilter } from '../../identity/devices/session-list.js'
import type { Page } from '../../identity/listing.js'
import type { AuditFilter } from '../../identity/logs/audit-log.js'
import type { IncidentFilter } from '../../identity/logs/incidents.js'
import type { RevocationFilter } from '../../identity/logs/revocation-log.js'
import { type UserFilter, type UserOrder, userOrders, userStates } from '../../identity/people/user-list.js'
import { auditSubjects } from '../../policy/audit.js'
import { sessionStates } from '../../policy/session.js'
import { isUserId } from '../../protocol/claims.js'
import { refuseField } from '../../protocol/errors.js'
import { revocationKinds } from '../../protocol/log/revocation.js'
import type { Context } from '../handler.js'
import { isAsked, readLimit, readQuery, readTime } from './paging.js'

export function readPage(ctx: Context): Page {
  return { limit: readLimit(ctx), after: readQuery(ctx, 'after') }
}

/** @throws invalid_fields, as all of these */
export function readUserFilter(ctx: Context): UserFilter {
  return {
    ...readTexts(ctx, ['text', 'username', 'email', 'address', 'role']),
    id: readId(ctx, 'id'),
    state: readChoice(ctx, 'state', userStates),
    live: readFlag(ctx, 'live'),
  }
}

export function readUserOrder(ctx: Context): UserOrder {
  return readChoice(ctx, 'order', userOrders) ?? 'newest'
}

export function readDeviceFilter(ctx: Context): DeviceFilter {
  return {
    ...readTexts(ctx, ['address', 'browser', 'platform']),
    ...{ userId: readId(ctx, 'user'), state: readChoice(ctx, 'state', deviceStates) },
    ...readBetween(ctx),
  }
}

/** Those that live, unless a state or `all` is asked for. */
export function readSessionFilter(ctx: Context): SessionFilter {
  const state = readChoice(ctx, 'state', sessionStates)
  const isAll = isAsked(ctx, 'all')
  if (isAll && state !== undefined) throw refuseField('all', 'state_with_all')
  const usual = isAll ? undefined : 'live'
  return {
    ...{ address: readQuery(ctx, 'address'), userId: readId(ctx, 'user') },
    ...{ deviceId: readQuery(ctx, 'device'), applicationId: readQuery(ctx, 'application') },
    ...{ state: state ?? usual, ...readBetween(ctx) },
  }
}

export function readRevocationFilter(ctx: Context): RevocationFilter {
  const kind = readChoice(ctx, 'kind', revocationKinds)
  const filter = { kind, ...readTexts(ctx, ['subject', 'actor', 'reason']) }
  if (filter.subject !== undefined && kind === undefined) throw refuseField('kind', 'subject_without_kind')
  return filter
}

export function readAuditFilter(ctx: Context): AuditFilter {
  const [kind, id] = [readChoice(ctx, 'subject_kind', auditSubjects), readQuery(ctx, 'subject')]
  if ((kind === undefined) !== (id === undefined))
    throw refuseField(kind === undefined ? 'subject_kind' : 'subject', 'subject_incomplete')
  return {
    ...{ ...readTexts(ctx, ['actor', 'action', 'address']), userId: readId(ctx, 'user') },
    ...{ subject: kind && id ? { kind, id } : undefined, ...readBetween(ctx) },
  }
}

export function readIncidentFilter(ctx: Context): IncidentFilter {
  return { userId: readId(ctx, 'user'), sessionId: readQuery(ctx, 'session'), ...readBetween(ctx) }
}

/** A file instead of a page: it has all rows, and nothing that is said of pages is passed over. */
export function wantsCsv(ctx: Context): boolean {
  const isFile = readChoice(ctx, 'format', ['json', 'csv']) === 'csv'
  for (const name of isFile ? ['limit', 'after', 'count'] : ['separator', 'zone'])
    if (Object.hasOwn(ctx.query, name)) throw refuseField(name, isFile ? 'not_for_files' : 'for_files_only')
  return isFile
}

function readTexts<N extends string>(ctx: Context, names: readonly N[]): { [K in N]?: string | undefined } {
  return Object.fromEntries(names.map(name => [name, readQuery(ctx, name)])) as { [K in N]?: string | undefined }
}

function readBetween(ctx: Context) {
  return { since: readTime(ctx, 'since'), until: readTime(ctx, 'until') }
}

function readId(ctx: Context, name: string): number | undefined {
  const text = readQuery(ctx, name)
  if (text === undefined) return undefined
  if (!isUserId(text)) throw refuseField(name, 'not_user_id')
  return Number(text)
}

function readFlag(ctx: Context, name: string): boolean | undefined {
  const text = readChoice(ctx, name, ['true', 'false'])
  return text === undefined ? undefined : text === 'true'
}

export function readChoice<C extends string>(ctx: Context, name: string, choices: readonly C[]): C | undefined {
  const text = readQuery(ctx, name)
  if (text === undefined) return undefined
  const choice = choices.find(one => one === text)
  if (choice === undefined) throw refuseField(name, 'not_one_of', { choices })
  return choice
}
