// A plot: series in, SVG text out. No script, no inline style: attributes and classes only, so that a strict CSP holds
// and a style sheet (public/css/components/plot.css) sets the colours. A table below each plot has the same values.
import { max } from 'd3-array'
import { scaleLinear } from 'd3-scale'
import { area, curveMonotoneX, curveStepAfter, line } from 'd3-shape'

/** A point; `at` is epoch ms. An unknown value is null, and the line has a gap there. */
export type PlotPoint = { at: number; value: number | null }

/** A series. `look`: the number of its colour class, from 1; by default its position. */
export type PlotSeries = { label: string; points: readonly PlotPoint[]; look?: number }

/** Texts of the plot, in the reader's language. */
export type PlotWords = {
  title: string
  /** The description for screen readers. */
  description: string
  /** The text of a plot without values. */
  nothing: string
  time: (at: number) => string
  value: (value: number) => string
  /** The tooltip of a step; none without it. */
  point?: (at: number) => string
}

export type PlotOptions = {
  /** The prefix of ids, unique on the page. */
  id: string
  width?: number
  height?: number
  /** Duration of a step, in ms: counts are drawn as steps, and the drawing ends with the last step. */
  step?: number
  shape?: 'line' | 'steps'
  /** Times on the axis, epoch ms; by default some of the points' times. */
  times?: readonly number[]
}

/** Margins in units of the plot; `legend`: extra space above for the names of several series. */
const margin = { top: 12, legend: 30, right: 12, bottom: 26 }
/** The most times on the axis, so that they do not overlap. */
const mostTimes = 6
/** Number of colour classes for series. */
export const mostSeries = 5

/** Draws a plot. @returns an `svg` element */
export function plot(series: readonly PlotSeries[], words: PlotWords, options: PlotOptions): string {
  const { id, width = 480, height = 200, step = 0, shape = 'line', times } = options
  if (!/^[a-z][\w-]*$/i.test(id)) throw new Error('a plot needs an id that may stand in a page')
  if (series.length > mostSeries) throw new Error(`a plot shows at most ${mostSeries} series`)
  const hasAny = series.some(one => one.points.some(({ value }) => value !== null))
  const drawing = { width, height, step, shape, times: times ?? null }
  return [
    `<svg class="plot-drawing" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc">`,
    `<title id="${id}-title">${escaped(words.title)}</title>`,
    `<desc id="${id}-desc">${escaped(words.description)}</desc>`,
    ...(hasAny ? drawSeries(series, words, drawing) : [nothing(words, drawing)]),
    '</svg>',
  ].join('')
}

type Drawing = {
  width: number
  height: number
  step: number
  shape: 'line' | 'steps'
  times: readonly number[] | null
}

/** Assumed width of a letter, in units of the plot. */
const letter = 8

function drawSeries(series: readonly PlotSeries[], words: PlotWords, drawing: Drawing): string[] {
  const { width, height, step } = drawing
  const times = [...new Set(series.flatMap(one => one.points.map(point => point.at)))].sort((a, b) => a - b)
  const highest = max(series, one => max(one.points, point => point.value ?? 0)) ?? 0
  const top = series.length > 1 ? margin.legend : margin.top
  const y = scaleLinear([0, Math.max(1, highest)], [height - margin.bottom, top]).nice(4)
  // Counts are whole numbers: no grid line at half a sign-in.
  const values = y.ticks(4).filter(Number.isInteger)
  const left = Math.max(34, 12 + letter * Math.max(...values.map(value => [...words.value(value)].length)))
  const [from, upto] = [times[0]!, Math.max(times.at(-1)! + step, times[0]! + 1)]
  const x = scaleLinear([from, upto], [left, width - margin.right])
  return [
    ...values.flatMap(value => gridLine(value, rounded(y(value)), words, { left, right: width - margin.right })),
    ...hours(x, drawing.times?.filter(at => at >= from && at <= upto) ?? someOf(times), words, drawing),
    ...series.flatMap((one, index) => curve(one, index, x, y, drawing)),
    ...(series.length > 1 ? legend(series, left) : []),
    ...(words.point && step > 0 ? pointers(times, words.point, x, drawing) : []),
  ]
}

type Scale = (value: number) => number

function gridLine(value: number, at: number, words: PlotWords, { left, right }: { left: number; right: number }) {
  return [
    `<line class="plot-ruler" x1="${left}" x2="${right}" y1="${at}" y2="${at}" stroke="currentColor"/>`,
    `<text class="plot-value" x="${left - 6}" y="${at}" dy="0.32em" text-anchor="end" fill="currentColor">${escaped(words.value(value))}</text>`,
  ]
}

function someOf(times: readonly number[]): number[] {
  const every = Math.ceil(times.length / mostTimes)
  return times.filter((_, index) => index % every === 0)
}

/** Times on the axis; every second one is hidden in a small drawing (plot.css). */
function hours(x: Scale, written: readonly number[], words: PlotWords, { height }: Drawing): string[] {
  return written.map(
    (at, index) =>
      `<text class="plot-time${index % 2 === 1 ? ' plot-more' : ''}" x="${rounded(x(at))}" y="${height - 6}" text-anchor="middle" fill="currentColor">${escaped(words.time(at))}</text>`,
  )
}

const classOf = ({ look }: PlotSeries, index: number) => `plot-series-${look ?? index + 1}`

function curve(one: PlotSeries, index: number, x: Scale, y: Scale, { shape, step }: Drawing): string[] {
  const { points } = one
  const isKnown = ({ value }: PlotPoint) => value !== null
  const [left, top] = [({ at }: PlotPoint) => x(at), ({ value }: PlotPoint) => y(value ?? 0)]
  const shown = shape === 'steps' ? lasting(points, step) : points
  const curveType = shape === 'steps' ? curveStepAfter : curveMonotoneX
  const stroke = line<PlotPoint>(left, top).defined(isKnown).curve(curveType).digits(1)(shown)
  const fill = area<PlotPoint>(left, y(0), top).defined(isKnown).curve(curveType).digits(1)(shown)
  const classes = classOf(one, index)
  return [
    ...(fill && (index === 0 || shape === 'steps')
      ? [`<path class="plot-area ${classes}" d="${fill}" fill="currentColor"/>`]
      : []),
    ...(stroke ? [`<path class="plot-line ${classes}" d="${stroke}" fill="none" stroke="currentColor"/>`] : []),
    ...isolatedPoints(shown).map(
      point =>
        `<circle class="plot-dot ${classes}" cx="${rounded(left(point))}" cy="${rounded(top(point))}" r="2.5" fill="currentColor"/>`,
    ),
  ]
}

/** The points of a step line: the last one before a gap is drawn to the end of its step. */
function lasting(points: readonly PlotPoint[], step: number): PlotPoint[] {
  return points.flatMap(({ at, value }, index) => {
    const endsHere = value !== null && (points[index + 1]?.value ?? null) === null
    return endsHere
      ? [
          { at, value },
          { at: at + step, value },
        ]
      : [{ at, value }]
  })
}

/** Points between two gaps, which no line connects. */
function isolatedPoints(points: readonly PlotPoint[]): PlotPoint[] {
  const isGap = (index: number) => (points[index]?.value ?? null) === null
  return points.filter((_, index) => !isGap(index) && isGap(index - 1) && isGap(index + 1))
}

function legend(series: readonly PlotSeries[], from: number): string[] {
  let left = from
  return series.flatMap((one, index) => {
    const at = left
    left += [...one.label].length * letter + 36
    return [
      `<line class="plot-key ${classOf(one, index)}" x1="${at}" x2="${at + 16}" y1="10" y2="10" stroke="currentColor"/>`,
      `<text class="plot-label" x="${at + 22}" y="10" dy="0.32em" fill="currentColor">${escaped(one.label)}</text>`,
    ]
  })
}

/** Tooltips that browsers show without a script: an area with a title for each step. */
function pointers(times: readonly number[], point: (at: number) => string, x: Scale, { step, height }: Drawing) {
  return times.map(at => {
    const [left, right] = [rounded(x(at)), rounded(x(at + step))]
    return `<rect class="plot-pointer" x="${left}" y="${margin.top}" width="${rounded(right - left)}" height="${height - margin.top - margin.bottom}" fill="currentColor" fill-opacity="0"><title>${escaped(point(at))}</title></rect>`
  })
}

function nothing(words: PlotWords, { width, height }: Drawing): string {
  return `<text class="plot-nothing" x="${width / 2}" y="${height / 2}" text-anchor="middle" fill="currentColor">${escaped(words.nothing)}</text>`
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Escapes text for SVG; characters that XML does not allow are removed. */
function escaped(text: string): string {
  return text.replace(/[^\P{Cc}\t\n\r]/gu, '').replace(/[&<>"']/g, sign => entities[sign]!)
}
