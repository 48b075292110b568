// Text tables for the end of a run.
import { quantiles } from '../../support/bursts.js'

/** The first row is the head; numbers are aligned to the right. */
export function drawTable(rows: readonly (readonly (string | number)[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => String(row[column]).length)))
  const line = (row: readonly (string | number)[]) =>
    row
      .map((cell, column) => {
        const text = String(cell)
        return column === 0 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!)
      })
      .join('  ')
  return [line(rows[0]!), widths.map(width => '-'.repeat(width)).join('  '), ...rows.slice(1).map(line)].join('\n')
}

/** `p50/p99/max` in whole ms; `–` of an empty list. */
export function spread(times: readonly number[]): string {
  return times.length === 0 ? '–' : quantiles(times, 0.5, 0.99, 1).join('/')
}

/** `p50/max` in whole ms. */
export function middleAndWorst(times: readonly number[]): string {
  return times.length === 0 ? '–' : quantiles(times, 0.5, 1).join('/')
}
