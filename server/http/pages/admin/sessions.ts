// Sessions of all users, for administrators: the filtered list, one session with its events (from its row, the
// incidents and the audit log), and ending a session with a reason.
import type { Activity, Details, SessionDetails } from '../../../identity/devices/details.js'
import { nameDevice } from '../../../identity/devices/device-name.js'
import type { SessionInList, SessionList } from '../../../identity/devices/session-list.js'
import type { Sessions } from '../../../identity/devices/sessions.js'
import type { Receipts } from '../../../identity/logs/receipts.js'
import type { Names } from '../../../identity/people/names.js'
import type { UserList } from '../../../identity/people/user-list.js'
import type { Users } from '../../../identity/people/users.js'
import { sessionStates } from '../../../policy/session.js'
import { browserUserOf, type Context } from '../../handler.js'
import { pageOf } from '../../lists/columns.js'
import { readTyped } from '../../lists/filters.js'
import { sessionColumns, sessionFilters } from '../../lists/sessions.js'
import { readFields } from '../../wire/fields.js'
import { typedIn } from '../fields.js'
import type { Pages } from '../page.js'
import type { Translate } from '../texts.js'
import { isFiltered, readCounted } from './lists.js'
import { actorText, type Which } from './people.js'
import { receiptText } from './receipts.js'

export type SessionPagesDeps = {
  pages: Pages
  users: Users
  userList: UserList
  sessions: Sessions
  sessionList: SessionList
  details: Details
  receipts: Receipts
  names: Names
}

/** The longest reason for an end, in characters. */
export const longestReason = 200

/** The list of all sessions, and the page of one with its time line. */
export function createSessionPages(deps: SessionPagesDeps) {
  const { pages, users, userList, sessions, sessionList, details, receipts, names } = deps

  return {
    async sessionsPage(ctx: Context): Promise<void> {
      const frame = pages.frameOf(ctx)
      const { t } = frame
      const which: Which[] = []
      const filter = await readTyped(ctx, sessionFilters, { users, userList, frame, which })
      const { results, next, partial, counted } = await readCounted(
        ctx,
        page => sessionList.page(filter, page),
        () => sessionList.count(filter),
      )
      const applications = await names.ofApplications(results.map(one => one.session.applicationId))
      await pages.show(ctx, 'admin/sessions', {
        title: t('allSessions.title'),
        lead: t('allSessions.lead'),
        sessions: results.map(one => presentSession(one, applications, t)),
        next,
        partial,
        counted,
        filtered: isFiltered(filter),
        states: sessionStates,
        which,
        own: browserUserOf(ctx).browser.session.id,
      })
    },

    async sessionPage(ctx: Context): Promise<void> {
      const frame = pages.frameOf(ctx)
      const { t, may } = frame
      const found = await details.session(ctx.params.id!)
      const happened = may('darvoza:audit:read') ? await details.sessionHistory(found.session) : null
      const { session, username, end } = found
      const applications = await names.ofApplications([session.applicationId])
      await pages.show(ctx, 'admin/session', {
        title: t('oneSession.title', { name: username }),
        crumbs: [{ label: t('nav.sessions'), href: '/admin/sessions' }],
        session: {
          ...presentSession({ ...found, state: end ?? 'live' }, applications, t),
          applicationId: session.applicationId,
          refreshes: session.generation - 1,
          boundKey: session.boundKey,
          inForce: receiptText(await receipts.ofSession(session), frame),
        },
        timeline: timelineOf(found, happened, t),
        whole: happened !== null,
        longestReason,
        own: browserUserOf(ctx).browser.session.id === session.id,
      })
    },

    async endSessionPage(ctx: Context): Promise<void> {
      const { t } = pages.frameOf(ctx)
      const { actor } = browserUserOf(ctx)
      const { session, username } = await details.session(ctx.params.id!)
      const { why } = readFields(ctx, { why: { required: false, blank: true, trim: true, maxLength: longestReason } })
      await sessions.end(session.id, null, actor, 'session_ended', why ?? '')
      await pages.flash(ctx, { tone: 'good', text: t('oneSession.ended', { name: username }) })
      pages.go(ctx, typedIn(ctx, ['back']).back || `/admin/sessions/${session.id}`)
    },
  }
}

/** A session for the view, with who ended it and why, as text. */
function presentSession(one: SessionInList, applications: ReadonlyMap<string, string>, t: Translate) {
  const { endedBy, endedReason } = one.session
  const why = endedReason === null ? '' : t(`endedWhy.${endedReason}`)
  const by = endedBy === null ? '' : actorText(endedBy, one.endedByUsername, t)
  const application = applications.get(one.session.applicationId)
  return { ...pageOf(sessionColumns, one), application, why, by }
}

type Item = { at: number; text: string; by: string; icon: string; tone?: string }

/** The events of a session: those in its row and, if the reader may see them, those in the logs; newest first. */
function timelineOf({ session, end, endsAt, device }: SessionDetails, happened: Activity | null, t: Translate): Item[] {
  const items: Item[] = [
    { at: session.createdAt, text: t('oneSession.signedIn'), by: join(device?.name, session.address), icon: 'check' },
  ]
  if (session.generation > 1)
    items.push({ at: session.rotatedAt, text: t('oneSession.refreshed'), by: '', icon: 'refresh' })
  for (const { createdAt, address, userAgent } of happened?.incidents.toReversed() ?? []) {
    const by = join(nameDevice(userAgent).name, address)
    items.push({ at: createdAt, text: t('oneSession.reused'), by, icon: 'incident', tone: 'bad' })
  }
  const entries = happened?.entries.filter(({ action }) => action !== 'refresh_token_reused') ?? []
  for (const { createdAt, action, actor, address, afterJson } of entries.toReversed()) {
    const { why } = JSON.parse(afterJson ?? '{}') as { why?: unknown }
    const by = join(actorText(actor, happened?.names.get(actor), t), address, typeof why === 'string' ? `“${why}”` : '')
    items.push({ at: createdAt, text: t(`audit.${action}`), by, icon: 'revoke', tone: 'warn' })
  }
  const isInLog = entries.some(({ action }) => action === 'session_ended' || action === 'signed_out')
  if (session.endedAt !== null && !isInLog)
    items.push({
      at: session.endedAt,
      text: t(`endedWhy.${session.endedReason}`),
      by: '',
      icon: 'revoke',
      tone: 'warn',
    })
  if (end === 'idle' || end === 'absolute')
    items.push({ at: endsAt, text: t(`sessionState.${end}`), by: '', icon: 'clock' })
  // Events at the same instant: the later one comes first, as they were collected in their order.
  return items.reverse().sort((a, b) => b.at - a.at)
}

const join = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(' · ')
