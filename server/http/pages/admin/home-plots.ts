// The plots of the administrators' home page over a day, a week or a month, each with its figures as a table.
import type { FigurePoint, FigureSeries } from '../../../identity/logs/figures.js'
import { type CountName, type FigureName, type FigureRange, figures } from '../../../policy/figures.js'
import { beginningOf, minuteIn } from '../days.js'
import type { Frame } from '../frame.js'
import { plot } from '../plot.js'

/**
 * A plot. Its texts are `home.plot.NAME`, and `home.series.NAME` for its figures. `per`: values are per minute.
 * `looks`: the colour class of each series; red is for bad news only.
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

/** Inputs of ui('table') for a plot. */
export type HomePlot = {
  name: string
  /** The sum or the range of each figure, as text. */
  summary: string
  svg: string
  columns: { label: string; end?: true }[]
  rows: { id: string; cells: unknown[] }[]
}

const minute = 60_000

/** The frame, with cached texts that a page shows hundreds of times. */
type PlotContext = Frame & {
  label: (figure: FigureName) => string
  unknown: string
  moment: (at: number) => string
  minute: (at: number) => string
}

export function plotsOf(found: FigureSeries, range: FigureRange, frame: Frame): HomePlot[] {
  const { t, format, zone } = frame
  const context: PlotContext = {
    ...frame,
    label: remembered(figure => t(`home.series.${figure}`)),
    unknown: t('home.unknown'),
    moment: remembered(format.moment),
    minute: remembered(at => minuteIn(at, zone)),
  }
  return plots.map(row => plotOf(row, found, range, context))
}

function remembered<Of>(textOf: (of: Of) => string): (of: Of) => string {
  const known = new Map<Of, string>()
  return of => {
    const text = known.get(of) ?? textOf(of)
    known.set(of, text)
    return text
  }
}

/** When known values begin, if not at the beginning of the range; and whether there are gaps after that. */
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
  context: PlotContext,
) {
  const { t, format, now, zone, label, moment, unknown } = context
  const { step } = found
  const rate = ({ at, value }: FigurePoint): FigurePoint => ({
    at,
    // The last step is not over yet.
    value: value === null ? null : value / Math.max(1, Math.min(step, now - at) / minute),
  })
  const series = names.map((figure, index) => ({
    figure,
    ...(looks && { look: looks[index]! }),
    label: label(figure),
    points: per ? found.points[figure].map(rate) : found.points[figure],
  }))
  const write = per ? format.rate : format.number
  const valueAt = new Map(series.map(one => [one.figure, new Map(one.points.map(({ at, value }) => [at, value]))]))
  const figureText = (figure: FigureName, at: number) => {
    const value = valueAt.get(figure)!.get(at) ?? null
    return `${label(figure)}: ${value === null ? unknown : write(value)}`
  }
  const summary = names.map(figure => summed(figure, found, context)).join(' · ')
  const svg = plot(
    series,
    {
      title: t(`home.plot.${name}`),
      nothing: t('home.nothing'),
      value: write,
      description: t('home.described', { period: t(`home.period.${range}`), summary }),
      time: range === '24h' ? format.time : format.dayMonth,
      point: at => [moment(at), ...names.map(figure => figureText(figure, at))].join('\n'),
    },
    { id: `plot-${name}`, step, shape, times: roundTimes(range, found, zone) },
  )
  const columns = [
    { label: t('home.when') },
    ...names.map(figure => ({ label: label(figure), end: true as const })),
    ...(per ? [{ label: t('home.perMinute'), end: true as const }] : []),
  ]
  const cellsAt = (at: number, index: number) => [
    ...names.map(figure => counted(figure, found.points[figure][index]!, step, context)),
    ...(per ? names.map(figure => written(valueAt.get(figure)!.get(at) ?? null, write)) : []),
  ]
  return { name, summary, svg, columns, rows: rowsOf(found.points[names[0]!], step, cellsAt, context) }
}

const written = (value: number | null, write: (value: number) => string) => (value === null ? null : write(value))

/** A count's sum, or the smallest and largest value of a level, as text. */
function summed(figure: FigureName, { points, totals }: FigureSeries, { t, format, label, unknown }: PlotContext) {
  const what = label(figure)
  if (figures[figure].kind === 'count') return `${what}: ${format.number(totals[figure as CountName])}`
  const known = points[figure].flatMap(({ value }) => (value === null ? [] : [value]))
  if (known.length === 0) return `${what}: ${unknown}`
  const [least, most] = [format.number(Math.min(...known)), format.number(Math.max(...known))]
  return least === most ? `${what}: ${least}` : t('home.between', { what, least, most })
}

/** The lists that single figures link to, for readers who may see them. */
const behind: Partial<Record<FigureName, { path: string; query: Record<string, string> }>> = {
  sign_ins: { path: '/admin/audit', query: { action: 'signed_in' } },
  reuse_incidents: { path: '/admin/incidents', query: {} },
}

function counted(
  figure: FigureName,
  { at, value }: FigurePoint,
  step: number,
  { format, may, url, minute }: PlotContext,
) {
  const list = behind[figure]
  if (value === null || value === 0 || !list || !may('darvoza:audit:read'))
    return value === null ? null : format.number(value)
  const href = url(list.path, { ...list.query, from: minute(at), to: minute(at + step) })
  return { is: 'link', href, text: format.number(value) }
}

/** The rows of the table, newest first; successive steps without values become one row. */
function rowsOf(
  points: readonly FigurePoint[],
  step: number,
  cellsAt: (at: number, index: number) => unknown[],
  { moment }: PlotContext,
): HomePlot['rows'] {
  const rows: { at: number; upto: number; cells: unknown[] }[] = []
  for (const [index, { at }] of points.entries()) {
    const cells = cellsAt(at, index)
    const last = rows.at(-1)
    if (last && [...last.cells, ...cells].every(cell => cell === null)) last.upto = at + step
    else rows.push({ at, upto: at + step, cells })
  }
  return rows.reverse().map(({ at, upto, cells }) => {
    const when = upto - at > step ? `${moment(at)} – ${moment(upto)}` : moment(at)
    return { id: String(at), cells: [when, ...cells] }
  })
}

/** Times on the axis by range: full hours or days in the reader's time zone, `days` apart. */
const tickSteps: Record<FigureRange, { days: number; hours: readonly string[] }> = {
  '24h': { days: 1, hours: ['00', '04', '08', '12', '16', '20'] },
  '7d': { days: 1, hours: ['00'] },
  '30d': { days: 5, hours: ['00'] },
}

function roundTimes(range: FigureRange, { from, upto }: FigureSeries, zone: string): number[] {
  const { days, hours } = tickSteps[range]
  const times: number[] = []
  for (let day = Date.parse(minuteIn(from, zone).slice(0, 10)); day <= upto + 86_400_000; day += days * 86_400_000)
    for (const hour of hours) {
      const at = beginningOf(`${new Date(day).toISOString().slice(0, 10)}T${hour}:00`, zone)!
      if (at >= from && at <= upto) times.push(at)
    }
  return times
}
