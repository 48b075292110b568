// The revocation log for administrators, and the table of triggers.
import type { RevocationLog, RevocationRecord } from '../../../identity/logs/revocation-log.js'
import type { UserList } from '../../../identity/people/user-list.js'
import type { Users } from '../../../identity/people/users.js'
import { type Trigger, triggers } from '../../../policy/revocation.js'
import { type RevocationKind, revocationKinds } from '../../../protocol/log/revocation.js'
import type { Context } from '../../handler.js'
import { pageOf } from '../../lists/columns.js'
import { readTyped } from '../../lists/filters.js'
import { revocationColumns, revocationFilters } from '../../lists/logs.js'
import type { Frame } from '../frame.js'
import type { Pages } from '../page.js'
import type { Translate } from '../texts.js'
import { isFiltered, readCounted } from './lists.js'
import { createPeople, type Named, type Shown, type Subject, userIdOf, type Which } from './people.js'
import { enforcedText } from './receipts.js'

export type RevocationPagesDeps = {
  pages: Pages
  revocationLog: RevocationLog
  users: Users
  userList: UserList
} & Parameters<typeof createPeople>[0]

export function createRevocationPages(deps: RevocationPagesDeps) {
  const { pages, revocationLog, users, userList } = deps
  const named = createPeople(deps)

  return {
    async revocationsPage(ctx: Context): Promise<void> {
      const frame = pages.frameOf(ctx)
      const { t } = frame
      const which: Which[] = []
      const typed = await readTyped(ctx, revocationFilters, { users, userList, frame, which })
      const kind = typed.kind ?? guessKind(typed.subject)
      const subject = kind && typed.subject ? await subjectOf(kind, typed.subject, users) : undefined
      const filter = { ...typed, kind, subject }
      const { results, next, partial, counted } = await readCounted(
        ctx,
        page => revocationLog.page(filter, page),
        () => revocationLog.count(filter),
      )
      const people = await named(
        frame,
        results.map(entry => entry.actor),
        results.flatMap(subjectsOf),
      )
      await pages.show(ctx, 'admin/revocations', {
        title: t('nav.revocations'),
        lead: t('revocations.lead'),
        actions: frame.may('darvoza:revocations:write')
          ? [{ label: t('revocations.new'), icon: 'revoke', tone: 'primary', href: '/admin/revocations/new' }]
          : [],
        entries: results.map(entry => presentEntry(entry, people, frame)),
        next,
        partial,
        counted,
        which,
        kind: kind ?? '',
        kinds: revocationKinds,
        causes: Object.keys(triggers),
        filtered: isFiltered(filter),
      })
    },

    async effectsPage(ctx: Context): Promise<void> {
      const t = pages.translate(ctx)
      await pages.show(ctx, 'admin/revocation-effects', {
        title: t('effects.title'),
        lead: t('effects.lead'),
        crumbs: crumbs(t),
        effects: (Object.keys(triggers) as Trigger[]).map(presentEffects),
      })
    },
  }
}

export const crumbs = (t: Translate) => [{ label: t('nav.revocations'), href: '/admin/revocations' }]

/** The subject of a revocation as typed; a user may be typed by name. */
export const subjectOf = async (kind: string, typed: string, users: Users): Promise<string> =>
  kind === 'user' ? userIdOf(typed, users) : typed

/** The likely kind of a subject that was typed without a kind. */
function guessKind(subject: string | undefined): RevocationKind | undefined {
  if (subject === undefined) return undefined
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(subject)) return 'session'
  return 'user'
}

function presentEntry(entry: RevocationRecord, people: Named, frame: Frame) {
  return {
    ...pageOf(revocationColumns, entry),
    cause: causeOf(entry.reason, frame),
    subject: subjectShown(entry, people, frame),
    except: entry.exceptSid === null ? null : people.session(entry.exceptSid),
    actor: people.actor(entry.actor),
    inForce: enforcedOf(entry, frame),
  }
}

function enforcedOf(
  { createdAt, enforcedAt = null, enforcedVerifiers }: RevocationRecord,
  frame: Frame,
): string | null {
  return enforcedAt === null ? null : enforcedText(enforcedVerifiers ?? 0, enforcedAt - createdAt, frame)
}

/** The text of a trigger; one that an older version wrote is shown as it is. */
export function causeOf(reason: string, { t }: Frame): string {
  return Object.hasOwn(triggers, reason) ? t(`causes.${reason}`) : reason
}

/** The subjects that an entry names: the one revoked, and the session that is excepted. */
export function subjectsOf({ kind, subject, exceptSid }: RevocationRecord): Subject[] {
  const about = { kind, id: subject }
  return exceptSid === null ? [about] : [about, { kind: 'session', id: exceptSid }]
}

export function subjectShown({ kind, subject }: RevocationRecord, people: Named, frame: Frame): Shown {
  const { t, may } = frame
  const link = (href: string, seen: boolean): Shown => (seen ? { is: 'link', href, text: subject } : subject)
  switch (kind) {
    case 'all':
      return t('revocations.everybody')
    case 'user':
      return people.user(subject)
    case 'session':
      return people.session(subject)
    case 'role':
      return link('/admin/roles', may('darvoza:users:read'))
    case 'key':
      return { is: 'code', text: subject, short: 12 }
    default:
      return { is: 'code', text: subject, short: 24 }
  }
}

export function presentEffects(trigger: Trigger) {
  const { kind, effect, sessions, apiKeys } = triggers[trigger]
  return { trigger, kind, effect, sessions, apiKeys, later: 'later' in triggers[trigger] }
}
