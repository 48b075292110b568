// The plots of the administrators' home, each with its figures as a table: what happened over a day, a week or a month.
import type { FigurePoint, FigureSeries } from '../../../identity/figures.js'
import { type CountName, type FigureName, type FigureRange, figures } from '../../../policy/figures.js'
import { beginningOf, minuteIn } from '../days.js'
import type { Frame } from '../frame.js'
import { plot } from '../plot.js'

/**
 * Texts are `home.plot.NAME`, and `home.series.NAME` of the figures. `per`: shown as how many in a minute. `looks`: where
 * nothing is bad, nothing is red.
 */
type PlotRow = {
  name: string
  shape: 'line' | 'steps'
  figures: readonly FigureName[]
  per?: 'minute'
  looks?: readonly number[]
}

const plots: readonly PlotRow[] = [
  { name: 'levels', shape: 'line', figures: ['live_sessions', 'live_users'], looks: [1, 3] },
  { name: 'signIns', shape: 'steps', figures: ['sign_ins', 'failed_sign_ins'] },
  { name: 'refreshes', shape: 'line', figures: ['refreshes'], per: 'minute' },
  { name: 'revocations', shape: 'steps', figures: ['revocations', 'reuse_incidents'] },
]

/** Inputs of ui('table'). */
export type HomePlot = {
  name: string
  /** What it adds up to, in words. */
  summary: string
  svg: string
  columns: { label: string; end?: true }[]
  rows: { id: string; cells: unknown[] }[]
}

const minute = 60_000

export function plotsOf(found: FigureSeries, range: FigureRange, frame: Frame): HomePlot[] {
  return plots.map(row => plotOf(row, found, range, frame))
}

/** Since when anything is known, where that is not all the time; and whether nothing is known of some of it since. */
export function gapsIn({ points, from }: FigureSeries): { begin: number | null; isBroken: boolean } {
  const isKnown = points.sign_ins.map(({ value }) => value !== null)
  const first = isKnown.indexOf(true)
  const begin = points.sign_ins[first]?.at ?? null
  return { begin: begin === from ? null : begin, isBroken: isKnown.slice(first).includes(false) }
}

function plotOf(
  { name, shape, figures: names, per, looks }: PlotRow,
  found: FigureSeries,
  range: FigureRange,
  frame: Frame,
) {
  const { t, format, now, zone } = frame
  const { step } = found
  const label = (figure: FigureName) => t(`home.series.${figure}`)
  const rate = ({ at, value }: FigurePoint): FigurePoint => ({
    at,
    // Of the last step only a part is over.
    value: value === null ? null : value / Math.max(1, Math.min(step, now - at) / minute),
  })
  const series = names.map((figure, index) => ({
    ...{ figure, ...(looks && { look: looks[index]! }) },
    label: label(figure),
    points: per ? found.points[figure].map(rate) : found.points[figure],
  }))
  const write = per ? format.rate : format.number
  const valueAt = new Map(series.map(one => [one.figure, new Map(one.points.map(({ at, value }) => [at, value]))]))
  const said = (figure: FigureName, at: number) => {
    const value = valueAt.get(figure)!.get(at) ?? null
    return t('home.said', { what: label(figure), value: value === null ? t('home.unknown') : write(value) })
  }
  const summary = names.map(figure => summed(figure, found, frame)).join(' · ')
  const svg = plot(
    series,
    {
      ...{ title: t(`home.plot.${name}`), nothing: t('home.nothing'), value: write },
      description: t('home.described', { period: t(`home.period.${range}`), summary }),
      time: range === '24h' ? format.time : format.dayMonth,
      point: at => [format.moment(at), ...names.map(figure => said(figure, at))].join('\n'),
    },
    { id: `plot-${name}`, step, shape, times: roundTimes(range, found, zone) },
  )
  const columns = [
    { label: t('home.when') },
    ...names.map(figure => ({ label: label(figure), end: true as const })),
    ...(per ? [{ label: t('home.perMinute'), end: true as const }] : []),
  ]
  const cellsAt = (at: number, index: number) => [
    ...names.map(figure => counted(figure, found.points[figure][index]!, step, frame)),
    ...(per ? names.map(figure => written(valueAt.get(figure)!.get(at) ?? null, write)) : []),
  ]
  return { name, summary, svg, columns, rows: rowsOf(found.points[names[0]!], step, cellsAt, frame) }
}

const written = (value: number | null, write: (value: number) => string) => (value === null ? null : write(value))

/** How often in all, or between what and what. */
function summed(figure: FigureName, { points, totals }: FigureSeries, { t, format }: Frame): string {
  const what = t(`home.series.${figure}`)
  if (figures[figure].kind === 'count')
    return t('home.said', { what, value: format.number(totals[figure as CountName]) })
  const known = points[figure].flatMap(({ value }) => (value === null ? [] : [value]))
  if (known.length === 0) return t('home.said', { what, value: t('home.unknown') })
  const [least, most] = [format.number(Math.min(...known)), format.number(Math.max(...known))]
  return least === most ? t('home.said', { what, value: least }) : t('home.between', { what, least, most })
}

/** The lists behind single figures, for whoever may see them. */
const behind: Partial<Record<FigureName, { path: string; query: Record<string, string> }>> = {
  sign_ins: { path: '/admin/audit', query: { action: 'signed_in' } },
  reuse_incidents: { path: '/admin/incidents', query: {} },
}

function counted(figure: FigureName, { at, value }: FigurePoint, step: number, { format, may, url, zone }: Frame) {
  const list = behind[figure]
  if (value === null || value === 0 || !list || !may('darvoza:audit:read'))
    return value === null ? null : format.number(value)
  const href = url(list.path, { ...list.query, from: minuteIn(at, zone), to: minuteIn(at + step, zone) })
  return { is: 'link', href, text: format.number(value) }
}

/** The newest first; where nothing is known of many steps in a row, that is one row. */
function rowsOf(
  points: readonly FigurePoint[],
  step: number,
  cellsAt: (at: number, index: number) => unknown[],
  { format }: Frame,
): HomePlot['rows'] {
  const rows: { at: number; upto: number; cells: unknown[] }[] = []
  for (const [index, { at }] of points.entries()) {
    const cells = cellsAt(at, index)
    const last = rows.at(-1)
    if (last && [...last.cells, ...cells].every(cell => cell === null)) last.upto = at + step
    else rows.push({ at, upto: at + step, cells })
  }
  return rows.reverse().map(({ at, upto, cells }) => {
    const when = upto - at > step ? `${format.moment(at)} – ${format.moment(upto)}` : format.moment(at)
    return { id: String(at), cells: [when, ...cells] }
  })
}

/** How far apart times are written below, and where: full hours and days of the reader. */
const apart: Record<FigureRange, { days: number; hours: readonly string[] }> = {
  '24h': { days: 1, hours: ['00', '04', '08', '12', '16', '20'] },
  '7d': { days: 1, hours: ['00'] },
  '30d': { days: 5, hours: ['00'] },
}

function roundTimes(range: FigureRange, { from, upto }: FigureSeries, zone: string): number[] {
  const { days, hours } = apart[range]
  const times: number[] = []
  for (let day = Date.parse(minuteIn(from, zone).slice(0, 10)); day <= upto + 86_400_000; day += days * 86_400_000)
    for (const hour of hours) {
      const at = beginningOf(`${new Date(day).toISOString().slice(0, 10)}T${hour}:00`, zone)!
      if (at >= from && at <= upto) times.push(at)
    }
  return times
}
