// The numbers of the administrators' home page. Each is counted by the same filter as the list that it links to; the
// link is for readers who may see the list.

import type { ApplicationUses } from '../../../identity/applications/application-uses.js'
import type { Applications } from '../../../identity/applications/applications.js'
import type { Counted } from '../../../identity/listing.js'
import type { AuditLog } from '../../../identity/logs/audit-log.js'
import type { FigureSeries, Figures, Levels } from '../../../identity/logs/figures.js'
import type { Incidents } from '../../../identity/logs/incidents.js'
import type { RevocationLog } from '../../../identity/logs/revocation-log.js'
import type { AuditAction } from '../../../policy/audit.js'
import type { CountName, FigureName } from '../../../policy/figures.js'
import type { OwnPermission } from '../../../policy/permissions.js'
import type { Frame } from '../frame.js'

export type HomeNumbersDeps = {
  figures: Figures
  auditLog: AuditLog
  incidents: Incidents
  revocationLog: RevocationLog
  applications: Applications
  applicationUses: ApplicationUses
}

/** The beginning of the period: epoch ms, and as text for the lists' addresses. `totals`: sums of the figures in it. */
export type Period = { since: number; from: string; totals: Record<CountName, number> }

/** Inputs of ui('tile'), without its texts. */
export type HomeNumber = {
  name: string
  icon: string
  value: string
  /** The number in `value`, if a word that depends on it follows. */
  count: number | null
  href: string | null
  /** When it was counted, if not just now; epoch ms. */
  at: number | null
  tone: 'bad' | 'warn' | null
  exact?: Partial<Record<CountName, number>>
  /** The help text, in place of the usual one. */
  hint?: string
}

/** Refreshes per minute are an average over so many whole minutes. */
export const refreshMinutes = 5

/** How many applications are read to find the most used ones, and how many of those are named. */
const [mostLooked, mostNamed] = [50, 3]

/** Numbers of this moment. `levels` counts once for two numbers and the last points of two plots. */
type Now = { levels: () => Promise<Levels> }

/** The value of a number. `exact`: the exact count of a figure that is also plotted. */
type NumberTexts = {
  value: string
  count?: number
  at?: number | null
  tone?: HomeNumber['tone']
  exact?: Partial<Record<CountName, number>>
  hint?: string
}

type Row<Of> = {
  name: string
  icon: string
  /** A reader with one of these permissions sees the number; one with `behind` also gets the link to the list. */
  seenBy: readonly OwnPermission[]
  behind: OwnPermission | null
  href: (frame: Frame, of: Of) => string
  present: (frame: Frame, of: Of) => Promise<NumberTexts>
}

export function createHomeNumbers(deps: HomeNumbersDeps) {
  const { figures, auditLog, incidents, revocationLog, applications, applicationUses } = deps
  const counted = ({ format }: Frame, { count, more }: Counted) => `${format.number(count)}${more ? '+' : ''}`

  const level = async (which: 'users' | 'sessions', { format, now }: Frame, of: Now): Promise<NumberTexts> => {
    const levels = await of.levels()
    return {
      value: format.number(levels[which]),
      count: levels[which],
      at: levels.at < now - 60_000 ? levels.at : null,
    }
  }

  /** How many applications there are, and the most used ones. */
  async function usedApplications(frame: Frame): Promise<NumberTexts> {
    const { results, next } = await applications.list({ state: 'active' }, { limit: mostLooked })
    const value = `${frame.format.number(results.length)}${next === null ? '' : '+'}`
    if (!frame.may('darvoza:sessions:read')) return { value, hint: '' }
    const uses = await applicationUses.of(results.map(one => one.id))
    const used = results
      .map(({ id, name }) => ({ name, live: uses.get(id)!.live }))
      .filter(({ live }) => live.count > 0)
      .sort((a, b) => b.live.count - a.live.count)
    const named = used.slice(0, mostNamed).map(({ name, live }) => `${name} ${counted(frame, live)}`)
    return { value, hint: named.join(' · ') }
  }

  const ofNow: Row<Now>[] = [
    {
      name: 'users',
      icon: 'users',
      seenBy: ['darvoza:sessions:read'],
      behind: 'darvoza:users:read',
      href: ({ url }) => url('/admin/users', { live: 'true' }),
      present: (frame, of) => level('users', frame, of),
    },
    {
      name: 'sessions',
      icon: 'session',
      seenBy: ['darvoza:sessions:read'],
      behind: 'darvoza:sessions:read',
      href: ({ url }) => url('/admin/sessions', { state: 'live' }),
      present: (frame, of) => level('sessions', frame, of),
    },
    {
      name: 'applications',
      icon: 'application',
      seenBy: ['darvoza:applications:read'],
      behind: 'darvoza:applications:read',
      href: ({ url }) => url('/admin/applications', { state: 'active' }),
      present: usedApplications,
    },
    {
      name: 'refreshes',
      icon: 'refresh',
      seenBy: ['darvoza:sessions:read'],
      behind: null,
      // No log has refreshes: the number links to the plot of refreshes on this page.
      href: () => '#refreshes',
      present: async ({ format }) => ({
        value: format.rate((await figures.recent('refreshes', refreshMinutes)) / refreshMinutes),
      }),
    },
    {
      name: 'revocations',
      icon: 'revoke',
      seenBy: ['darvoza:revocations:read'],
      behind: 'darvoza:revocations:read',
      href: () => '/admin/revocations',
      present: async frame => ({ value: counted(frame, await revocationLog.count({})) }),
    },
  ]

  /** The larger count: figures are written with a delay; the log is counted up to a bound, and old entries deleted. */
  function largerCount(frame: Frame, name: CountName, found: Counted, totals: Period['totals']): NumberTexts {
    if (totals[name] > found.count) return { value: frame.format.number(totals[name]) }
    return { value: counted(frame, found), ...(!found.more && { exact: { [name]: found.count } }) }
  }

  const action = (name: string, icon: string, action: AuditAction, exact: CountName | null): Row<Period> => ({
    name,
    icon,
    seenBy: ['darvoza:sessions:read', 'darvoza:audit:read'],
    behind: 'darvoza:audit:read',
    href: ({ url }, { from }) => url('/admin/audit', { action, from }),
    async present(frame, { since, totals }) {
      const found = await auditLog.count({ action, since })
      return exact === null ? { value: counted(frame, found) } : largerCount(frame, exact, found, totals)
    },
  })

  const ofPeriod: Row<Period>[] = [
    action('signIns', 'check', 'signed_in', 'sign_ins'),
    // The figures include attempts with unknown usernames; the log does not.
    action('failures', 'bad', 'sign_in_failed', null),
    {
      name: 'incidents',
      icon: 'incident',
      behind: 'darvoza:audit:read',
      seenBy: ['darvoza:sessions:read', 'darvoza:audit:read'],
      href: ({ url }, { from }) => url('/admin/incidents', { from }),
      async present(frame, { since, totals }) {
        const found = await incidents.count({ since })
        return {
          ...largerCount(frame, 'reuse_incidents', found, totals),
          tone: found.count > 0 ? 'bad' : null,
        }
      },
    },
  ]

  const numbersOf = <Of>(numbers: readonly Row<Of>[], frame: Frame, of: Of): Promise<HomeNumber[]> =>
    Promise.all(
      numbers
        .filter(({ seenBy }) => seenBy.some(permission => frame.may(permission)))
        .map(async ({ name, icon, behind, href, present }) => ({
          name,
          icon,
          count: null,
          at: null,
          tone: null,
          ...(await present(frame, of)),
          href: behind === null || frame.may(behind) ? href(frame, of) : null,
        })),
    )

  return {
    ofNow: (frame: Frame, of: Now): Promise<HomeNumber[]> => numbersOf(ofNow, frame, of),
    ofPeriod: (frame: Frame, period: Period): Promise<HomeNumber[]> => numbersOf(ofPeriod, frame, period),
  }
}

/** The figures, with their last points and totals replaced by the exact numbers of this moment. */
export function withExactCounts(found: FigureSeries, numbers: readonly HomeNumber[], levels: Levels): FigureSeries {
  const points = { ...found.points }
  const totals = { ...found.totals }
  const last = (name: FigureName, of: (value: number | null) => number) => {
    points[name] = points[name].map((point, index, { length }) =>
      index === length - 1 ? { ...point, value: of(point.value) } : point,
    )
  }
  for (const [name, exact] of numbers.flatMap(one => Object.entries(one.exact ?? {}) as [CountName, number][])) {
    const missing = exact - totals[name]
    last(name, value => (value ?? 0) + missing)
    totals[name] = exact
  }
  last('live_sessions', () => levels.sessions)
  last('live_users', () => levels.users)
  return { ...found, points, totals }
}
