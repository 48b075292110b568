// The numbers of the administrators' home: each is counted as the list behind it is filtered, so that both tell of the same,
// and leads there whoever may see the list.
import type { AuditLog } from '../../../identity/audit-log.js'
import type { Figures, Levels } from '../../../identity/figures.js'
import type { Incidents } from '../../../identity/incidents.js'
import type { Counted } from '../../../identity/listing.js'
import type { RevocationLog } from '../../../identity/revocation-log.js'
import type { AuditAction } from '../../../policy/audit.js'
import type { CountName } from '../../../policy/figures.js'
import type { OwnPermission } from '../../../policy/permissions.js'
import type { Frame } from '../frame.js'

export type HomeNumbersDeps = {
  figures: Figures
  auditLog: AuditLog
  incidents: Incidents
  revocationLog: RevocationLog
}

/** Since when is counted: epoch ms, and as the lists' addresses say it. `totals`: as figures tell them. */
export type Period = { since: number; from: string; totals: Record<CountName, number> }

/** Input of ui('tile'), but for its texts. */
export type HomeNumber = {
  name: string
  icon: string
  value: string
  /** What the value says, where a word beside it follows it. */
  count: number | null
  href: string | null
  /** Counted then, where it was not just now; epoch ms. */
  at: number | null
  tone: 'bad' | 'warn' | null
}

/** Over how many whole minutes is said how many refreshes there are in one. */
export const refreshMinutes = 5

/** Two numbers are of one counting. */
type Now = { levels: Promise<Levels> | null }

type Told = { value: string; count?: number; at?: number | null; tone?: 'bad' | 'warn' | null }

type Row<Of> = {
  name: string
  icon: string
  /** Who has one of these sees the number; who has `behind`, the list. */
  seenBy: readonly OwnPermission[]
  behind: OwnPermission | null
  href: (frame: Frame, of: Of) => string
  tell: (frame: Frame, of: Of) => Promise<Told>
}

export function createHomeNumbers({ figures, auditLog, incidents, revocationLog }: HomeNumbersDeps) {
  const counted = ({ format }: Frame, { count, more }: Counted) => `${format.number(count)}${more ? '+' : ''}`

  const level = async (which: 'users' | 'sessions', { format, now }: Frame, of: Now): Promise<Told> => {
    of.levels ??= figures.levels()
    const levels = await of.levels
    return {
      value: format.number(levels[which]),
      count: levels[which],
      at: levels.at < now - 60_000 ? levels.at : null,
    }
  }

  const ofNow: Row<Now>[] = [
    {
      ...{ name: 'users', icon: 'users', seenBy: ['darvoza:sessions:read'], behind: 'darvoza:users:read' },
      ...{ href: ({ url }) => url('/admin/users', { live: 'true' }), tell: (frame, of) => level('users', frame, of) },
    },
    {
      ...{ name: 'sessions', icon: 'session', seenBy: ['darvoza:sessions:read'], behind: 'darvoza:sessions:read' },
      ...{
        href: ({ url }) => url('/admin/sessions', { state: 'live' }),
        tell: (frame, of) => level('sessions', frame, of),
      },
    },
    {
      ...{ name: 'refreshes', icon: 'refresh', seenBy: ['darvoza:sessions:read'], behind: null },
      // Refreshes are in no log: what is behind the number is how it came about, on this page.
      href: () => '#refreshes',
      tell: async ({ format }) => ({
        value: format.rate((await figures.recent('refreshes', refreshMinutes)) / refreshMinutes),
      }),
    },
    {
      ...{
        name: 'revocations',
        icon: 'revoke',
        seenBy: ['darvoza:revocations:read'],
        behind: 'darvoza:revocations:read',
      },
      href: () => '/admin/revocations',
      tell: async frame => ({ value: counted(frame, await revocationLog.count({})) }),
    },
  ]

  const action = (name: string, icon: string, action: AuditAction, exact: CountName | null): Row<Period> => ({
    ...{ name, icon, seenBy: ['darvoza:sessions:read', 'darvoza:audit:read'], behind: 'darvoza:audit:read' },
    href: ({ url }, { from }) => url('/admin/audit', { action, from }),
    async tell(frame, { since, totals }) {
      const found = await auditLog.count({ action, since })
      // Where a log is too long to be counted the figures know.
      const isLong = found.more && exact !== null && totals[exact] > found.count
      return { value: isLong ? frame.format.number(totals[exact]) : counted(frame, found) }
    },
  })

  const ofPeriod: Row<Period>[] = [
    action('signIns', 'check', 'signed_in', 'sign_ins'),
    // The figures know of guesses at names that nobody has; the log does not.
    action('failures', 'bad', 'sign_in_failed', null),
    {
      ...{ name: 'incidents', icon: 'incident', behind: 'darvoza:audit:read' },
      seenBy: ['darvoza:sessions:read', 'darvoza:audit:read'],
      href: ({ url }, { from }) => url('/admin/incidents', { from }),
      async tell(frame, { since }) {
        const found = await incidents.count({ since })
        return { value: counted(frame, found), tone: found.count > 0 ? 'bad' : null }
      },
    },
  ]

  const told = <Of>(numbers: readonly Row<Of>[], frame: Frame, of: Of): Promise<HomeNumber[]> =>
    Promise.all(
      numbers
        .filter(({ seenBy }) => seenBy.some(permission => frame.may(permission)))
        .map(async ({ name, icon, behind, href, tell }) => ({
          ...{ name, icon, count: null, at: null, tone: null, ...(await tell(frame, of)) },
          href: behind === null || frame.may(behind) ? href(frame, of) : null,
        })),
    )

  return {
    ofNow: (frame: Frame): Promise<HomeNumber[]> => told(ofNow, frame, { levels: null }),
    ofPeriod: (frame: Frame, period: Period): Promise<HomeNumber[]> => told(ofPeriod, frame, period),
  }
}
