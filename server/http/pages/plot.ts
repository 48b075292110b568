// A plot as text: series in, SVG out. No script, no style within it: attributes and classes only, so that a strict CSP holds
// and a style sheet (public/css/components/plot.css) gives it the colours of light and dark. What it shows stands in a table beneath it.
import { max } from 'd3-array'
import { scaleLinear } from 'd3-scale'
import { area, curveMonotoneX, line } from 'd3-shape'

/** A value that is not known is null, and the line has a gap there. `at` is epoch ms. */
export type PlotPoint = { at: number; value: number | null }

export type PlotSeries = { label: string; points: readonly PlotPoint[] }

/** Texts as the reader writes them. */
export type PlotWords = {
  title: string
  /** What is to be seen, for those who do not see it. */
  description: string
  /** Said where there is nothing to draw. */
  nothing: string
  time: (at: number) => string
  value: (value: number) => string
}

export type PlotOptions = {
  /** What ids in the page begin with: no two plots of a page the same. */
  id: string
  width?: number
  height?: number
}

const margin = { top: 26, right: 12, bottom: 24, left: 46 }
/** How many times are written below, at most; they must not run into each other. */
const mostTimes = 6
/** Classes exist for so many series. */
export const mostSeries = 5

/** @returns an `svg` element */
export function plot(series: readonly PlotSeries[], words: PlotWords, options: PlotOptions): string {
  const { id, width = 720, height = 220 } = options
  if (!/^[a-z][\w-]*$/i.test(id)) throw new Error('a plot needs an id that may stand in a page')
  if (series.length > mostSeries) throw new Error(`a plot shows at most ${mostSeries} series`)
  const points = series.flatMap(one => one.points)
  const hasAny = points.some(({ value }) => value !== null)
  return [
    `<svg class="plot-drawing" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc">`,
    `<title id="${id}-title">${escaped(words.title)}</title>`,
    `<desc id="${id}-desc">${escaped(words.description)}</desc>`,
    ...(hasAny ? drawn(series, words, { width, height }) : [nothing(words, { width, height })]),
    '</svg>',
  ].join('')
}

type Size = { width: number; height: number }

function drawn(series: readonly PlotSeries[], words: PlotWords, { width, height }: Size): string[] {
  const times = [...new Set(series.flatMap(one => one.points.map(point => point.at)))].sort((a, b) => a - b)
  const highest = max(series, one => max(one.points, point => point.value ?? 0)) ?? 0
  const x = scaleLinear([times[0]!, Math.max(times.at(-1)!, times[0]! + 1)], [margin.left, width - margin.right])
  const y = scaleLinear([0, Math.max(1, highest)], [height - margin.bottom, margin.top]).nice(4)
  return [
    ...rulers(y, words, width),
    ...hours(x, times, words, height),
    ...series.flatMap((one, index) => curve(one, index, x, y)),
    ...(series.length > 1 ? legend(series) : []),
  ]
}

type Scale = (value: number) => number

function rulers(y: Scale & { ticks: (count: number) => number[] }, words: PlotWords, width: number): string[] {
  // Things are counted whole: half a sign-in needs no line.
  return y
    .ticks(4)
    .filter(Number.isInteger)
    .flatMap(value => {
      const at = rounded(y(value))
      return [
        `<line class="plot-ruler" x1="${margin.left}" x2="${width - margin.right}" y1="${at}" y2="${at}" stroke="currentColor"/>`,
        `<text class="plot-value" x="${margin.left - 6}" y="${at}" dy="0.32em" text-anchor="end" fill="currentColor">${escaped(words.value(value))}</text>`,
      ]
    })
}

function hours(x: Scale, times: readonly number[], words: PlotWords, height: number): string[] {
  const step = Math.ceil(times.length / mostTimes)
  const written = times.filter((_, index) => index % step === 0)
  return written.map((at, index) => {
    const anchor = index === 0 ? 'start' : 'middle'
    return `<text class="plot-time" x="${rounded(x(at))}" y="${height - 6}" text-anchor="${anchor}" fill="currentColor">${escaped(words.time(at))}</text>`
  })
}

function curve({ points }: PlotSeries, index: number, x: Scale, y: Scale): string[] {
  const isKnown = ({ value }: PlotPoint) => value !== null
  const [left, top] = [({ at }: PlotPoint) => x(at), ({ value }: PlotPoint) => y(value ?? 0)]
  const stroke = line<PlotPoint>(left, top).defined(isKnown).curve(curveMonotoneX).digits(1)(points)
  const fill = area<PlotPoint>(left, y(0), top).defined(isKnown).curve(curveMonotoneX).digits(1)(points)
  const classes = `plot-series-${index + 1}`
  return [
    ...(fill && index === 0 ? [`<path class="plot-area ${classes}" d="${fill}" fill="currentColor"/>`] : []),
    ...(stroke ? [`<path class="plot-line ${classes}" d="${stroke}" fill="none" stroke="currentColor"/>`] : []),
    ...lonely(points).map(
      point =>
        `<circle class="plot-dot ${classes}" cx="${rounded(left(point))}" cy="${rounded(top(point))}" r="2" fill="currentColor"/>`,
    ),
  ]
}

/** A point between two gaps makes no line. */
function lonely(points: readonly PlotPoint[]): PlotPoint[] {
  const isGap = (index: number) => (points[index]?.value ?? null) === null
  return points.filter((_, index) => !isGap(index) && isGap(index - 1) && isGap(index + 1))
}

/** How wide a letter is taken to be, in units of the plot. */
const letter = 7

function legend(series: readonly PlotSeries[]): string[] {
  let left = margin.left
  return series.flatMap(({ label }, index) => {
    const at = left
    left += [...label].length * letter + 36
    return [
      `<line class="plot-key plot-series-${index + 1}" x1="${at}" x2="${at + 14}" y1="10" y2="10" stroke="currentColor"/>`,
      `<text class="plot-label" x="${at + 20}" y="10" dy="0.32em" fill="currentColor">${escaped(label)}</text>`,
    ]
  })
}

function nothing(words: PlotWords, { width, height }: Size): string {
  return `<text class="plot-nothing" x="${width / 2}" y="${height / 2}" text-anchor="middle" fill="currentColor">${escaped(words.nothing)}</text>`
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text stays text, wherever it came from; what XML has no place for is left out. */
function escaped(text: string): string {
  return text.replace(/[^\P{Cc}\t\n\r]/gu, '').replace(/[&<>"']/g, sign => entities[sign]!)
}
