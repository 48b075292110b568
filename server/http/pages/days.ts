// Times in an address: `2026-01-31` is a day, and `2026-01-31T14:05` a minute, in the reader's time zone.

const dayLength = 86_400_000
const shape = /^\d{4}-\d\d-\d\d(T\d\d:\d\d)?$/

/** The first instant of a day or a minute in a time zone, epoch ms; undefined if the text is neither. */
export function beginningOf(text: string, zone: string): number | undefined {
  if (!shape.test(text)) return undefined
  const utc = Date.parse(isMinute(text) ? `${text}:00Z` : `${text}T00:00:00Z`)
  if (Number.isNaN(utc)) return undefined
  // Near a change of daylight saving time the offset at the guess may differ from that at the right instant.
  const guess = utc - offsetAt(utc, zone)
  return utc - offsetAt(guess, zone)
}

/** The first instant after a day, so that the day itself is included; of a minute its own first instant. Epoch ms. */
export function endOf(text: string, zone: string): number | undefined {
  if (isMinute(text)) return beginningOf(text, zone)
  const noon = Date.parse(`${text}T12:00:00Z`)
  if (Number.isNaN(noon) || beginningOf(text, zone) === undefined) return undefined
  return beginningOf(new Date(noon + dayLength).toISOString().slice(0, 10), zone)
}

/** An instant as text for an address, to the minute, in the reader's time zone: `2026-01-31T14:05`. */
export function minuteIn(at: number, zone: string): string {
  return secondIn(at, zone).slice(0, 16)
}

/** An instant as text to the second, in the reader's time zone: `2026-01-31T14:05:09`. */
export function secondIn(at: number, zone: string): string {
  return new Date(at + offsetAt(at, zone)).toISOString().slice(0, 19)
}

function isMinute(text: string): boolean {
  return text.includes('T')
}

/** How far the clocks of a zone are ahead of UTC at an instant, in ms. */
function offsetAt(at: number, zone: string): number {
  const parts = clockOf(zone).formatToParts(at)
  const of = (type: string) => Number(parts.find(part => part.type === type)!.value)
  const shown = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'))
  return shown - Math.floor(at / 1000) * 1000
}

/** Cache of Intl formats by time zone: they are slow to make, and there are few zones. */
const clocks = new Map<string, Intl.DateTimeFormat>()

function clockOf(zone: string): Intl.DateTimeFormat {
  const made =
    clocks.get(zone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
  clocks.set(zone, made)
  return made
}
