// Days of an address: `2026-01-31` means that day where the reader is.

/** The first instant of a day in a time zone, epoch ms; undefined where the text is no day. */
export function beginningOf(day: string, zone: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return undefined
  const utc = Date.parse(`${day}T00:00:00Z`)
  if (Number.isNaN(utc)) return undefined
  // Where clocks change at night the offset of the guess may be another one than that of the day's beginning.
  const guess = utc - offsetAt(utc, zone)
  return utc - offsetAt(guess, zone)
}

/** The first instant of the day after, so that the day itself is within. */
export function endOf(day: string, zone: string): number | undefined {
  const noon = Date.parse(`${day}T12:00:00Z`)
  if (Number.isNaN(noon) || beginningOf(day, zone) === undefined) return undefined
  return beginningOf(new Date(noon + 86_400_000).toISOString().slice(0, 10), zone)
}

/** How far the clocks of a zone are ahead of UTC at an instant, in ms. */
function offsetAt(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  }).formatToParts(at)
  const of = (type: string) => Number(parts.find(part => part.type === type)!.value)
  const shown = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'))
  return shown - Math.floor(at / 1000) * 1000
}
