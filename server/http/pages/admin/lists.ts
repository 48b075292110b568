// What the lists of people, devices and sessions have in common: what their addresses say, and how their rows are told.
import type { DeviceFilter, DeviceInList } from '../../../identity/device-list.js'
import { deviceStates } from '../../../identity/device-list.js'
import type { Listed, Page } from '../../../identity/listing.js'
import type { SessionFilter, SessionInList } from '../../../identity/session-list.js'
import type { Users } from '../../../identity/users.js'
import { sessionStates } from '../../../policy/session.js'
import { isUserId } from '../../../protocol/claims.js'
import { Refusal, refuseField } from '../../../protocol/errors.js'
import type { Context } from '../../handler.js'
import { beginningOf, endOf } from '../days.js'
import type { Frame } from '../frame.js'
import { readSize, readText } from '../query.js'
import type { Translate } from '../texts.js'

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

/** Nobody has this id: what is looked for is nobody's. */
const nobody = 0

/** Whoever is typed into a filter, by name or by id; undefined where nothing is. */
export async function readUserId(ctx: Context, users: Users): Promise<number | undefined> {
  const text = readText(ctx, 'user')
  if (text === '') return undefined
  return (await users.findByName(text))?.id ?? (isUserId(text) ? Number(text) : nobody)
}

export function readOneOf<C extends string>(ctx: Context, name: string, choices: readonly C[]): C | undefined {
  const text = readText(ctx, name)
  return choices.find(one => one === text)
}

/** Between which days or minutes something happened, where the reader is; the second day is within. */
export function readDays(ctx: Context, { zone }: Frame, from = 'from', to = 'to') {
  return { since: beginningOf(readText(ctx, from), zone), until: endOf(readText(ctx, to), zone) }
}

export async function readSessionFilter(ctx: Context, users: Users, frame: Frame): Promise<SessionFilter> {
  return {
    ...{ userId: await readUserId(ctx, users), deviceId: readText(ctx, 'device') || undefined },
    ...{ applicationId: readText(ctx, 'application') || undefined, address: readText(ctx, 'address') || undefined },
    ...{ state: readOneOf(ctx, 'state', sessionStates), ...readDays(ctx, frame, 'since', 'until') },
  }
}

export async function readDeviceFilter(ctx: Context, users: Users, frame: Frame): Promise<DeviceFilter> {
  return {
    ...{ userId: await readUserId(ctx, users), address: readText(ctx, 'address') || undefined },
    ...{ browser: readText(ctx, 'browser') || undefined, platform: readText(ctx, 'platform') || undefined },
    ...{ state: readOneOf(ctx, 'state', deviceStates), ...readDays(ctx, frame, 'since', 'until') },
  }
}

/** Names in the address, and what they become in a filter. */
const filterNames = {
  ...{ user: 'userId', device: 'deviceId', application: 'applicationId', address: 'address', state: 'state' },
  ...{ since: 'since', until: 'until', browser: 'browser', platform: 'platform' },
} as const

/** A list may show more than was asked for; what ends something may not. @throws invalid_fields */
export function requireRead(ctx: Context, filter: object): void {
  for (const [name, key] of Object.entries(filterNames)) {
    const asked = ctx.query[name]
    const isAsked = Array.isArray(asked) || (asked ?? '').trim() !== ''
    if (isAsked && key in filter && (filter as Record<string, unknown>)[key] === undefined)
      throw refuseField(name, 'Is not usable.')
  }
}

/** Is anything filtered? */
export function isFiltered(filter: object): boolean {
  return Object.values(filter).some(value => value !== undefined)
}

/** Who did something: a person by name, or what acts without one. */
export function actorName(actor: string, name: string | null | undefined, t: Translate): string {
  if (actor.startsWith('user:')) return name || `#${actor.slice('user:'.length)}`
  return actor.startsWith('operator:') ? t('people.operator') : t('people.server')
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
