// What the lists of people, devices and sessions have in common: what their addresses say, and how their rows are told.
import type { DeviceFilter, DeviceInList } from '../../../identity/devices/device-list.js'
import { deviceStates } from '../../../identity/devices/device-list.js'
import type { SessionFilter, SessionInList } from '../../../identity/devices/session-list.js'
import type { Counted, Listed, Page } from '../../../identity/listing.js'
import { sessionStates } from '../../../policy/session.js'
import { Refusal, refuseField } from '../../../protocol/errors.js'
import type { Context } from '../../handler.js'
import { beginningOf, endOf } from '../days.js'
import type { Frame } from '../frame.js'
import { readSize, readText } from '../query.js'
import { type Finder, findPerson } from './people.js'

/** One page of a list. An address that was cut off wrongly shows the list from its beginning. */
export async function readListed<Row>(ctx: Context, read: (page: Page) => Promise<Listed<Row>>): Promise<Listed<Row>> {
  const limit = readSize(ctx)
  try {
    return await read({ after: readText(ctx, 'after'), limit })
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'invalid_fields') throw error
    return read({ limit })
  }
}

/** The same with how many there are of all, counted up to a bound. */
export async function readCounted<Row>(
  ctx: Context,
  read: (page: Page) => Promise<Listed<Row>>,
  count: () => Promise<Counted>,
): Promise<Listed<Row> & { counted: Counted }> {
  const found = await readListed(ctx, read)
  const isAll = found.next === null && readText(ctx, 'after') === ''
  return { ...found, counted: isAll ? { count: found.results.length, more: false } : await count() }
}

export function readOneOf<C extends string>(ctx: Context, name: string, choices: readonly C[]): C | undefined {
  const text = readText(ctx, name)
  return choices.find(one => one === text)
}

/** Between which days or minutes something happened, where the reader is; the second day is within. */
export function readDays(ctx: Context, { zone }: Frame, from = 'from', to = 'to') {
  return { since: beginningOf(readText(ctx, from), zone), until: endOf(readText(ctx, to), zone) }
}

/** Whose, by whatever people are found by. */
export async function readUser(ctx: Context, name: string, finder: Finder): Promise<number | undefined> {
  const typed = readText(ctx, name)
  return typed === '' ? undefined : findPerson(name, typed, finder)
}

/** What a field of an address is for a filter, and how it is read: undefined where it is not there, or cannot be used. */
type Field = { as: string; read: (ctx: Context, name: string, by: Finder) => unknown }

const text: Field['read'] = (ctx, name) => readText(ctx, name) || undefined
const user: Field['read'] = readUser
const beginning: Field['read'] = (ctx, name, { frame }) => beginningOf(readText(ctx, name), frame.zone)
const ending: Field['read'] = (ctx, name, { frame }) => endOf(readText(ctx, name), frame.zone)

const ofBoth = {
  ...{ user: { as: 'userId', read: user }, address: { as: 'address', read: text } },
  ...{ since: { as: 'since', read: beginning }, until: { as: 'until', read: ending } },
} satisfies Record<string, Field>
const ofSessions: Record<string, Field> = {
  ...{ ...ofBoth, device: { as: 'deviceId', read: text }, application: { as: 'applicationId', read: text } },
  state: { as: 'state', read: (ctx, name) => readOneOf(ctx, name, sessionStates) },
}
const ofDevices: Record<string, Field> = {
  ...{ ...ofBoth, browser: { as: 'browser', read: text }, platform: { as: 'platform', read: text } },
  state: { as: 'state', read: (ctx, name) => readOneOf(ctx, name, deviceStates) },
}

/** `strictly`: a list may show more than was asked for; what ends something may not. */
type Reading = { strictly?: boolean }

/** What addresses of lists say beside filters: how much is shown, and from where on. */
const ofPages = ['size', 'after', 'before', 'row']

/** @throws invalid_fields, strictly, where a field is there and cannot be used, or is not known */
export const readSessionFilter = (ctx: Context, by: Finder, reading: Reading = {}): Promise<SessionFilter> =>
  readFilter(ctx, ofSessions, by, reading)

/** @throws like readSessionFilter */
export const readDeviceFilter = (ctx: Context, by: Finder, reading: Reading = {}): Promise<DeviceFilter> =>
  readFilter(ctx, ofDevices, by, reading)

async function readFilter<Filter>(
  ctx: Context,
  fields: Record<string, Field>,
  by: Finder,
  { strictly = false }: Reading,
): Promise<Filter> {
  const filter: Record<string, unknown> = {}
  const unknown = Object.keys(ctx.query).find(name => !Object.hasOwn(fields, name) && !ofPages.includes(name))
  if (strictly && unknown !== undefined) throw refuseField(unknown, 'unknown_filter')
  for (const [name, { as, read }] of Object.entries(fields)) {
    filter[as] = await read(ctx, name, by)
    if (strictly && by.which.some(({ field }) => field === name)) throw refuseField(name, 'several_users')
    if (strictly && filter[as] === undefined && isThere(ctx, name)) throw refuseField(name, 'unusable')
  }
  return filter as Filter
}

function isThere(ctx: Context, name: string): boolean {
  const asked = ctx.query[name]
  return Array.isArray(asked) || (asked ?? '').trim() !== ''
}

/** Is anything filtered? */
export function isFiltered(filter: object): boolean {
  return Object.values(filter).some(value => value !== undefined)
}

export function presentSession({ session, username, device, state, endsAt, endedByUsername }: SessionInList) {
  const { id, userId, deviceId, applicationId, address, createdAt, lastSeenAt, endedAt, endedReason, endedBy } = session
  return {
    ...{ id, userId, username, deviceId, application: applicationId, address, signedInAt: createdAt, lastSeenAt },
    ...{ state, endsAt, endedAt, endedReason, endedBy, endedByUsername },
    device: device && presentDeviceName(device),
  }
}

export function presentListedDevice({ device, username, state, liveSessions }: DeviceInList) {
  const { userId, address, firstSeenAt, lastSeenAt, endedAt } = device
  return {
    ...{ ...presentDeviceName(device), userId, username, state, liveSessions, address },
    ...{ firstSeenAt, lastSeenAt, endedAt },
  }
}

export function presentDeviceName({ id, name, browser, platform }: DeviceInList['device']) {
  return { id, name, browser, platform }
}
