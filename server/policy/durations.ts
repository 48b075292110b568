// Durations as users type them, in the languages of the pages: for the policies' forms, the API and the command line.
// Months and years have no fixed length, and are not among the units.

const unitSeconds = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 } as const
type Unit = keyof typeof unitSeconds

/** Every word of a unit, in lower case. Cyrillic "м" is not accepted as minute: it stands for a month as often. */
const unitWords: Record<Unit, readonly string[]> = {
  s: [
    ...['s', 'sec', 'secs', 'second', 'seconds', 'soniya', 'sekund'],
    ...['с', 'сек', 'секунда', 'секунду', 'секунды', 'секунд'],
  ],
  m: [
    ...['m', 'min', 'mins', 'minute', 'minutes', 'daqiqa', 'daq', 'minut'],
    ...['мин', 'минута', 'минуту', 'минуты', 'минут'],
  ],
  h: [...['h', 'hr', 'hrs', 'hour', 'hours', 'soat'], ...['ч', 'час', 'часа', 'часов']],
  d: [...['d', 'day', 'days', 'kun'], ...['д', 'дн', 'день', 'дня', 'дней']],
  w: [...['w', 'week', 'weeks', 'hafta'], ...['нед', 'неделя', 'неделю', 'недели', 'недель']],
}

const units = new Map(
  (Object.entries(unitWords) as [Unit, readonly string[]][]).flatMap(([unit, words]) =>
    words.map(word => [word, unit] as const),
  ),
)

/**
 * Reads a duration: `90s`, `15m`, `6 hours`, `6 soat`, `90 мин`, `1 day 6 hours`. Parts go from the larger unit to
 * the smaller, each unit once: another order is probably a mistake. 0 needs no unit.
 * @returns whole seconds, or null when the text is not one
 */
export function parseDuration(text: string): number | null {
  // \s covers the no-break spaces that Intl and word processors write.
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/\s+(and|va|и)\s+/g, ' ')
  if (/^0{1,9}$/.test(plain)) return 0
  if (plain.length > 100 || !/^(\d{1,9}\s*\p{L}+\.?,?\s*)+$/u.test(plain)) return null
  let seconds = 0
  let last = Number.POSITIVE_INFINITY
  for (const [, count, word] of plain.matchAll(/(\d+)\s*(\p{L}+)/gu)) {
    const unit = units.get(word!)
    const length = unit && unitSeconds[unit]
    if (length === undefined || length >= last) return null
    seconds += Number(count) * length
    last = length
  }
  return seconds
}

/** Whether a duration has a fraction, which is refused with a message of its own: `1.5 hours`, `1,5 soat`. */
export function hasFraction(text: string): boolean {
  return /\d\s*[.,]\s*\d/.test(text)
}

/** Writes whole seconds in a way that `parseDuration` reads, in the largest unit that fits: 3600 is `1h`, 90 is `90s`. */
export function formatDuration(seconds: number): string {
  for (const unit of ['d', 'h', 'm'] as const) {
    if (seconds > 0 && seconds % unitSeconds[unit] === 0) return `${seconds / unitSeconds[unit]}${unit}`
  }
  return `${seconds}s`
}
