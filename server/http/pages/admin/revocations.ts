// The revocation log as administrators read it, and write it by hand: first a look at how far it would reach, then the deed.

import type { RevocationLog, RevocationRecord, WantedRevocation } from '../../../identity/revocation-log.js'
import type { Roles } from '../../../identity/roles.js'
import type { SessionList } from '../../../identity/session-list.js'
import type { Users } from '../../../identity/users.js'
import { manualTriggers } from '../../../policy/manual-revocation.js'
import { type RevocationKind, revocationKinds, type Trigger, triggers } from '../../../policy/revocation.js'
import { type Context, visitorOf } from '../../handler.js'
import { readFields } from '../../wire/fields.js'
import { type Problems, problemsOf, typedIn } from '../fields.js'
import type { Frame } from '../frame.js'
import type { Pages } from '../page.js'
import { readChoice, readText } from '../query.js'
import { isFiltered, readListed } from './lists.js'
import { createPeople, type Named, readActor, type Shown, sessionShown, userIdOf } from './people.js'

export type RevocationPagesDeps = {
  pages: Pages
  revocationLog: RevocationLog
  sessionList: SessionList
  roles: Roles
  users: Users
} & Parameters<typeof createPeople>[0]

type Typed = { what: string; subject: string; reason: string }

/** What can be written by hand: each trigger with the kind and effect that stand for it. */
const byHand = Object.entries(manualTriggers).flatMap(([kind, effects]) =>
  Object.entries(effects).map(([effect, trigger]) => ({ trigger: trigger as Trigger, kind, effect })),
)

const longestReason = 255
const fields = ['what', 'subject', 'reason'] as const

export function createRevocationPages(deps: RevocationPagesDeps) {
  const { pages, revocationLog, sessionList, roles, users } = deps
  const named = createPeople(deps)

  const subjectOf = async (kind: string, typed: string): Promise<string> =>
    kind === 'user' ? userIdOf(typed, users) : typed

  /** What a form wants, in the log's own words. */
  async function wantedOf({ what, subject, reason }: Typed): Promise<WantedRevocation> {
    const chosen = byHand.find(one => one.trigger === what)
    const kind = chosen?.kind ?? ''
    return { kind, effect: chosen?.effect ?? '', subject: await subjectOf(kind, subject), why: reason }
  }

  async function showForm(ctx: Context, values: Typed, problems: Problems = {}): Promise<void> {
    const t = pages.translate(ctx)
    await pages.show(
      ctx,
      'admin/revocation-new',
      {
        title: t('revocations.new'),
        lead: t('revocations.newLead'),
        crumbs: crumbs(ctx),
        ...{ values, problems, choices: byHand.map(({ trigger }) => trigger), longestReason, reach: null },
        effects: byHand.map(({ trigger }) => presentEffects(trigger)),
      },
      Object.keys(problems).length > 0 ? 400 : 200,
    )
  }

  const crumbs = (ctx: Context) => [{ label: pages.translate(ctx)('nav.revocations'), href: '/admin/revocations' }]

  /** Shows what is wrong where it was typed. */
  function showProblems(ctx: Context, error: unknown): Promise<void> {
    const frame = pages.frameOf(ctx)
    const { kind, effect, ...problems } = problemsOf(error, frame)
    const what = (kind ?? effect) ? frame.t('revocations.choose') : problems.what
    return showForm(ctx, typedIn(ctx, fields), { ...problems, ...(what && { what }) })
  }

  const readForm = (ctx: Context): Typed => {
    const {
      what = '',
      subject = '',
      reason,
    } = readFields(ctx, {
      what: { required: false, blank: true },
      subject: { required: false, blank: true, trim: true, maxLength: 190 },
      reason: { trim: true, maxLength: longestReason },
    })
    return { what, subject, reason }
  }

  /** How many it is about: live sessions, or holders of a role. */
  async function countOf(kind: string, subject: string): Promise<{ count: number; more: boolean }> {
    if (kind === 'token') return { count: 1, more: false }
    if (kind === 'role') return (await roles.require(subject)).holders
    const whose =
      kind === 'user' ? { userId: Number(subject) } : kind === 'application' ? { applicationId: subject } : {}
    return sessionList.count({ ...whose, state: 'live' })
  }

  return {
    async revocationsPage(ctx: Context): Promise<void> {
      const frame = pages.frameOf(ctx)
      const { t } = frame
      const subject = readText(ctx, 'subject')
      const kind = readChoice(ctx, 'kind', ['', ...revocationKinds]) || guessKind(subject)
      const reason = readChoice(ctx, 'cause', ['', ...(Object.keys(triggers) as Trigger[])]) || undefined
      const filter = {
        ...{ kind, reason, actor: await readActor(readText(ctx, 'actor'), users) },
        subject: kind && subject ? await subjectOf(kind, subject) : undefined,
      }
      const { results, next, partial } = await readListed(ctx, page => revocationLog.page(filter, page))
      const people = await named(
        frame,
        results.map(entry => entry.actor),
        results.flatMap(entry => (entry.kind === 'user' ? [entry.subject] : [])),
      )
      await pages.show(ctx, 'admin/revocations', {
        title: t('nav.revocations'),
        lead: t('revocations.lead'),
        actions: frame.may('darvoza:revocations:write')
          ? [{ label: t('revocations.new'), icon: 'revoke', tone: 'primary', href: '/admin/revocations/new' }]
          : [],
        entries: results.map(entry => presentEntry(entry, people, frame)),
        ...{ next, partial, kind: kind ?? '', kinds: revocationKinds, causes: Object.keys(triggers) },
        filtered: isFiltered(filter),
      })
    },

    async effectsPage(ctx: Context): Promise<void> {
      const t = pages.translate(ctx)
      await pages.show(ctx, 'admin/revocation-effects', {
        title: t('effects.title'),
        lead: t('effects.lead'),
        crumbs: crumbs(ctx),
        effects: (Object.keys(triggers) as Trigger[]).map(presentEffects),
      })
    },

    newRevocationPage: (ctx: Context) =>
      showForm(ctx, {
        what: readText(ctx, 'what'),
        subject: readText(ctx, 'subject'),
        reason: readText(ctx, 'reason'),
      }),

    /** How far it would reach; nothing is changed. */
    async previewRevocationPage(ctx: Context): Promise<void> {
      const frame = pages.frameOf(ctx)
      const { t } = frame
      const { actor, userId } = visitorOf(ctx)
      let values: Typed
      let wanted: WantedRevocation
      try {
        values = readForm(ctx)
        wanted = await wantedOf(values)
        await revocationLog.check(wanted, actor)
      } catch (error) {
        return await showProblems(ctx, error)
      }
      const { kind, subject, effect } = wanted
      const { count, more } = await countOf(kind, subject)
      const name = kind === 'user' ? (await users.require(Number(subject))).username : subject
      // Pages are sessions of the built-in application.
      const own = { user: String(userId), application: 'darvoza', all: '' }[kind as 'user']
      const endsOwn = effect === 'end' && own === subject
      await pages.show(ctx, 'admin/revocation-new', {
        title: t('revocations.new'),
        crumbs: crumbs(ctx),
        ...{
          values: { ...values, subject: name },
          problems: {},
          choices: byHand.map(one => one.trigger),
          longestReason,
        },
        reach: { text: t(`reach.${values.what}`, { name, count }), more, endsOwn, hidden: values },
        effects: [presentEffects(values.what as Trigger)],
      })
    },

    async addRevocationPage(ctx: Context): Promise<void> {
      const t = pages.translate(ctx)
      let entry: RevocationRecord
      try {
        entry = await revocationLog.add(await wantedOf(readForm(ctx)), visitorOf(ctx).actor)
      } catch (error) {
        return await showProblems(ctx, error)
      }
      await pages.tell(ctx, { tone: 'good', text: t('revocations.added', { cause: t(`causes.${entry.reason}`) }) })
      pages.go(ctx, '/admin/revocations')
    },
  }
}

/** What was probably meant where a subject was typed and no kind chosen. */
function guessKind(subject: string): RevocationKind | undefined {
  if (subject === '') return undefined
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(subject)) return 'session'
  return 'user'
}

function presentEntry(entry: RevocationRecord, people: Named, frame: Frame) {
  return {
    seq: entry.seq,
    at: entry.createdAt,
    cause: causeOf(entry.reason, frame),
    effect: entry.effect,
    kind: entry.kind,
    subject: subjectShown(entry, people, frame),
    except: entry.exceptSid === null ? null : sessionShown(entry.exceptSid, frame),
    actor: people.actor(entry.actor),
    expiresAt: entry.expiresAt,
  }
}

/** A trigger in words; what an older version wrote stands as it is. */
export function causeOf(reason: string, { t }: Frame): string {
  return Object.hasOwn(triggers, reason) ? t(`causes.${reason}`) : reason
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
      return sessionShown(subject, frame)
    case 'role':
      return link('/admin/roles', may('darvoza:users:read'))
    case 'key':
      return { is: 'code', text: subject, short: 12 }
    default:
      return { is: 'code', text: subject, short: 24 }
  }
}

function presentEffects(trigger: Trigger) {
  const { kind, effect, sessions, apiKeys } = triggers[trigger]
  return { trigger, kind, effect, sessions, apiKeys, later: 'later' in triggers[trigger] }
}
