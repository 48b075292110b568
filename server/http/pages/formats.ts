// Dates, numbers and durations in the reader's language. Times are epoch ms.
import type { Translate } from './texts.js'

export type Formats = ReturnType<typeof createFormats>

/** Precision of relative times by their length: the longer, the larger the unit. In seconds. */
const steps = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** Cache of Intl formats: they are slow to make, and there are few. */
const made = new Map<string, unknown>()

function once<T>(key: string, make: () => T): T {
  if (!made.has(key)) made.set(key, make())
  return made.get(key) as T
}

/** Intl's Uzbek has other apostrophes (oʻtgan is o‘tgan there); the pages write ʻ after o and g, and ʼ elsewhere. */
const apostrophes: Record<string, (text: string) => string> = {
  uz: text => text.replace(/(?<=[og])[‘’'`]/gi, 'ʻ').replace(/(?<=\p{L})[‘’'`](?=\p{L})/gu, 'ʼ'),
}

/** Russian accusative after "in" and "for": only two feminine words differ from Intl's nominative. */
const accusatives: Record<string, (text: string) => string> = {
  ru: text => text.replaceAll('минута', 'минуту').replaceAll('секунда', 'секунду'),
}

/** @param now epoch ms, to which relative times relate */
export function createFormats(locale: string, zone: string, now: number, t: Translate) {
  const language = locale.slice(0, 2)
  const spelt = apostrophes[language] ?? (text => text)
  const dates = (name: string, options: Intl.DateTimeFormatOptions) =>
    once(`${locale} ${zone} ${name}`, () => new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }))
  const numbers = (name: string, options: Intl.NumberFormatOptions) =>
    once(`${locale} ${name}`, () => new Intl.NumberFormat(locale, options))

  const dayMonth = { day: 'numeric', month: 'short' } as const
  const day = { ...dayMonth, year: 'numeric' } as const
  const minute = { hour: '2-digit', minute: '2-digit' } as const

  // Without separators of thousands, as durations are typed (policy/durations.ts).
  const unitNumbers = (unit: string) => numbers(unit, { style: 'unit', unit, unitDisplay: 'long', useGrouping: false })

  /** @param most the number of units, largest first */
  function span(seconds: number, most: number): string {
    const parts: string[] = []
    let rest = seconds
    for (const [unit, length] of steps.slice(2)) {
      const count = Math.floor(rest / length)
      if (count === 0 || parts.length === most) continue
      rest -= count * length
      parts.push(unitNumbers(unit).format(count))
    }
    return parts.join(' ') || unitNumbers('second').format(0)
  }

  /** A duration in its two largest units: `2 days`, `1 hour 30 minutes`. @param seconds whole */
  const duration = (seconds: number): string => span(seconds, 2)

  return {
    /** `5 Jan 2026` */
    date: (at: number) => spelt(dates('date', day).format(at)),
    /** `5 Jan 2026, 14:03` */
    dateTime: (at: number) => spelt(dates('dateTime', { ...day, ...minute }).format(at)),
    /** `5 January 2026 at 14:03:07 GMT+5`: to the second, with the zone */
    exactTime: (at: number) => spelt(dates('exactTime', { dateStyle: 'long', timeStyle: 'long' }).format(at)),
    /** `5 Jan` */
    dayMonth: (at: number) => spelt(dates('dayMonth', dayMonth).format(at)),
    /** `5 Jan, 14:03` */
    moment: (at: number) => spelt(dates('moment', { ...dayMonth, ...minute }).format(at)),
    /** `14:03` */
    time: (at: number) => dates('time', minute).format(at),

    /** `5 minutes ago`, `tomorrow` */
    relative(at: number): string {
      const seconds = Math.round((at - now) / 1000)
      const [unit, size] = steps.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1]
      if (unit === 'second' && Math.abs(seconds) < 45) return t('shared.justNow')
      const format = once(`${locale} relative`, () => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }))
      return spelt(format.format(Math.trunc(seconds / size), unit))
    },

    number: (value: number) => numbers('number', {}).format(value),
    /** A number with at most one decimal. */
    rate: (value: number) => numbers('rate', { maximumFractionDigits: 1 }).format(value),
    percent: (share: number) => numbers('percent', { style: 'percent', maximumFractionDigits: 1 }).format(share),

    duration,
    /** A duration in its largest unit: `2 days`. */
    roughly: (seconds: number) => span(seconds, 1),
    /** A duration after "in" or "for", in the grammatical case of the reader's language. */
    during: (seconds: number) => (accusatives[language] ?? (text => text))(duration(seconds)),

    /** `a, b and c` */
    list: (items: readonly string[]) => once(`${locale} list`, () => new Intl.ListFormat(locale)).format(items),
  }
}
