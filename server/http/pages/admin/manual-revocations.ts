// Manual revocations by administrators: a preview of what one would revoke, then the revocation.

import type { SessionList } from '../../../identity/devices/session-list.js'
import type { RevocationLog, RevocationRecord, WantedRevocation } from '../../../identity/logs/revocation-log.js'
import type { Roles } from '../../../identity/people/roles.js'
import type { UserList } from '../../../identity/people/user-list.js'
import type { Users } from '../../../identity/people/users.js'
import { manualTriggers } from '../../../policy/manual-revocation.js'
import type { Trigger } from '../../../policy/revocation.js'
import { checkAll } from '../../../protocol/check-all.js'
import { browserUserOf, type Context } from '../../handler.js'
import { readFields } from '../../wire/fields.js'
import { type Problems, problemsOf, typedIn } from '../fields.js'
import type { Frame } from '../frame.js'
import type { Pages } from '../page.js'
import { readText } from '../query.js'
import { crumbs, presentEffects, subjectOf } from './revocations.js'

export type ManualRevocationPagesDeps = {
  pages: Pages
  revocationLog: RevocationLog
  sessionList: SessionList
  roles: Roles
  users: Users
  userList: UserList
}

type Typed = { what: string; subject: string; reason: string }

/** Triggers of manual revocations, each with its kind and effect. */
const byHand = Object.entries(manualTriggers).flatMap(([kind, effects]) =>
  Object.entries(effects).map(([effect, trigger]) => ({ trigger: trigger as Trigger, kind, effect })),
)

const longestReason = 255
const mostNamed = 3
const fields = ['what', 'subject', 'reason'] as const

export function createManualRevocationPages(deps: ManualRevocationPagesDeps) {
  const { pages, revocationLog, sessionList, userList, roles, users } = deps

  /** The revocation that a form asks for. */
  async function wantedOf({ what, subject, reason }: Typed): Promise<WantedRevocation> {
    const chosen = byHand.find(one => one.trigger === what)
    const kind = chosen?.kind ?? ''
    return { kind, effect: chosen?.effect ?? '', subject: await subjectOf(kind, subject, users), why: reason }
  }

  async function showForm(ctx: Context, values: Typed, problems: Problems = {}): Promise<void> {
    const t = pages.translate(ctx)
    await pages.show(
      ctx,
      'admin/revocation-new',
      {
        title: t('revocations.new'),
        lead: t('revocations.newLead'),
        crumbs: crumbs(t),
        values,
        problems,
        choices: byHand.map(({ trigger }) => trigger),
        longestReason,
        reach: null,
        effects: byHand.map(({ trigger }) => presentEffects(trigger)),
      },
      Object.keys(problems).length > 0 ? 400 : 200,
    )
  }

  /** Shows the form again, with problems beside its fields. */
  function showProblems(ctx: Context, error: unknown): Promise<void> {
    const frame = pages.frameOf(ctx)
    const { kind, effect, ...problems } = problemsOf(error, frame)
    const what = (kind ?? effect) ? frame.t('revocations.choose') : problems.what
    return showForm(ctx, typedIn(ctx, fields), { ...problems, ...(what && { what }) })
  }

  /** Reads and validates the form. @throws invalid_fields, permission_denied */
  async function readForm(ctx: Context): Promise<[Typed, WantedRevocation]> {
    const { what, subject, reason } = typedIn(ctx, fields)
    const values = { what, subject: subject.trim(), reason: reason.trim() }
    const [, wanted] = await checkAll(
      () =>
        readFields(ctx, {
          what: { required: false, blank: true },
          subject: { required: false, blank: true, trim: true, maxLength: 190 },
          reason: { trim: true, maxLength: longestReason },
        }),
      async () => {
        const wanted = await wantedOf(values)
        await revocationLog.check(wanted, browserUserOf(ctx).actor)
        return wanted
      },
    )
    return [values, wanted]
  }

  /** How many live sessions, or holders of a role, the revocation is about. */
  async function countOf(kind: string, subject: string): Promise<{ count: number; more: boolean }> {
    if (kind === 'token') return { count: 1, more: false }
    if (kind === 'role') return (await roles.require(subject)).holders
    const whose =
      kind === 'user' ? { userId: Number(subject) } : kind === 'application' ? { applicationId: subject } : {}
    return sessionList.count({ ...whose, state: 'live' })
  }

  /** Names of some users that the revocation is about, if it may be about several and the reader may see them. */
  async function someOf(kind: string, subject: string, { may, format }: Frame): Promise<string> {
    const page = { after: null, limit: 25 }
    if (kind === 'role' && may('darvoza:users:read')) {
      const { results } = await userList.page({ role: subject }, 'oldest', page)
      return format.list(results.slice(0, mostNamed).map(one => one.user.username))
    }
    if (!(kind === 'application' || kind === 'all') || !may('darvoza:sessions:read')) return ''
    const whose = kind === 'application' ? { applicationId: subject } : {}
    const { results } = await sessionList.page({ ...whose, state: 'live' }, page)
    return format.list([...new Set(results.map(one => one.username))].slice(0, mostNamed))
  }

  return {
    newRevocationPage: (ctx: Context) =>
      showForm(ctx, {
        what: readText(ctx, 'what'),
        subject: readText(ctx, 'subject'),
        reason: readText(ctx, 'reason'),
      }),

    /** The preview of a revocation; it changes nothing. */
    async previewRevocationPage(ctx: Context): Promise<void> {
      const frame = pages.frameOf(ctx)
      const { t } = frame
      const { userId } = browserUserOf(ctx)
      let values: Typed
      let wanted: WantedRevocation
      try {
        ;[values, wanted] = await readForm(ctx)
      } catch (error) {
        return await showProblems(ctx, error)
      }
      const { kind, subject, effect } = wanted
      const { count, more } = await countOf(kind, subject)
      const name = kind === 'user' ? (await users.require(Number(subject))).username : subject
      // The administrator's own page session belongs to the built-in application.
      const own = { user: String(userId), application: 'darvoza', all: '' }[kind as 'user']
      const endsOwn = effect === 'end' && own === subject
      await pages.show(ctx, 'admin/revocation-new', {
        title: t('revocations.new'),
        crumbs: crumbs(t),
        values: { ...values, subject: name },
        problems: {},
        choices: byHand.map(one => one.trigger),
        longestReason,
        reach: {
          text: t(`reach.${values.what}`, { name, count }),
          more,
          endsOwn,
          hidden: values,
          among: await someOf(kind, subject, frame),
        },
        effects: [presentEffects(values.what as Trigger)],
      })
    },

    async addRevocationPage(ctx: Context): Promise<void> {
      const t = pages.translate(ctx)
      let entry: RevocationRecord
      try {
        const [, wanted] = await readForm(ctx)
        entry = await revocationLog.add(wanted, browserUserOf(ctx).actor)
      } catch (error) {
        return await showProblems(ctx, error)
      }
      await pages.flash(ctx, { tone: 'good', text: t('revocations.added', { cause: t(`causes.${entry.reason}`) }) })
      pages.go(ctx, '/admin/revocations')
    },
  }
}
