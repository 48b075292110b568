// Dates, numbers and durations as the reader writes them. Times come as epoch ms.
import type { Translate } from './texts.js'

export type Formats = ReturnType<typeof createFormats>

/** The larger the span, the larger the unit; in seconds. */
const steps = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** Making one is dear, and there are few. */
const made = new Map<string, unknown>()

function once<T>(key: string, make: () => T): T {
  if (!made.has(key)) made.set(key, make())
  return made.get(key) as T
}

/** @param now epoch ms, to which relative times relate */
export function createFormats(locale: string, zone: string, now: number, t: Translate) {
  const dates = (name: string, options: Intl.DateTimeFormatOptions) =>
    once(`${locale} ${zone} ${name}`, () => new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }))
  const numbers = (name: string, options: Intl.NumberFormatOptions) =>
    once(`${locale} ${name}`, () => new Intl.NumberFormat(locale, options))

  const dayMonth = { day: 'numeric', month: 'short' } as const
  const day = { ...dayMonth, year: 'numeric' } as const
  const minute = { hour: '2-digit', minute: '2-digit' } as const

  return {
    /** `5 Jan 2026` */
    date: (at: number) => dates('date', day).format(at),
    /** `5 Jan 2026, 14:03` */
    dateTime: (at: number) => dates('dateTime', { ...day, ...minute }).format(at),
    /** `5 January 2026 at 14:03:07 GMT+5`: to the second, with the zone */
    exactTime: (at: number) => dates('exactTime', { dateStyle: 'long', timeStyle: 'long' }).format(at),
    /** `5 Jan` */
    dayMonth: (at: number) => dates('dayMonth', dayMonth).format(at),
    /** `5 Jan, 14:03` */
    moment: (at: number) => dates('moment', { ...dayMonth, ...minute }).format(at),
    /** `14:03` */
    time: (at: number) => dates('time', minute).format(at),

    /** `5 minutes ago`, `tomorrow` */
    relative(at: number): string {
      const seconds = Math.round((at - now) / 1000)
      const [unit, size] = steps.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1]
      if (unit === 'second' && Math.abs(seconds) < 45) return t('shared.justNow')
      const format = once(`${locale} relative`, () => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }))
      return format.format(Math.trunc(seconds / size), unit)
    },

    number: (value: number) => numbers('number', {}).format(value),
    /** At most one digit behind the point. */
    rate: (value: number) => numbers('rate', { maximumFractionDigits: 1 }).format(value),
    percent: (share: number) => numbers('percent', { style: 'percent', maximumFractionDigits: 1 }).format(share),

    /** `2 days`, `1 hour 30 minutes`: the two largest units of a span. @param seconds whole */
    duration(seconds: number): string {
      const parts: string[] = []
      let rest = seconds
      for (const [unit, length] of steps.slice(2)) {
        const count = Math.floor(rest / length)
        if (count === 0 || parts.length === 2) continue
        rest -= count * length
        parts.push(numbers(unit, { style: 'unit', unit, unitDisplay: 'long' }).format(count))
      }
      return parts.join(' ') || numbers('second', { style: 'unit', unit: 'second', unitDisplay: 'long' }).format(0)
    },

    /** `a, b and c` */
    list: (items: readonly string[]) => once(`${locale} list`, () => new Intl.ListFormat(locale)).format(items),
  }
}
