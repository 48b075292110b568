// Times of an address: `2026-01-31` means that day where the reader is, and `2026-01-31T14:05` that minute.
const dayLength = 86_400_000;
const shape = /^\d{4}-\d\d-\d\d(T\d\d:\d\d)?$/;
/** The first instant of a day or a minute in a time zone, epoch ms; undefined where the text is neither. */
export function beginningOf(text, zone) {
    if (!shape.test(text))
        return undefined;
    const utc = Date.parse(isMinute(text) ? `${text}:00Z` : `${text}T00:00:00Z`);
    if (Number.isNaN(utc))
        return undefined;
    // Where clocks change at night the offset of the guess may be another one than that of the day's beginning.
    const guess = utc - offsetAt(utc, zone);
    return utc - offsetAt(guess, zone);
}
/** The first instant of the day after, so that the day itself is within; up to a minute is up to its first instant. */
export function endOf(text, zone) {
    if (isMinute(text))
        return beginningOf(text, zone);
    const noon = Date.parse(`${text}T12:00:00Z`);
    if (Number.isNaN(noon) || beginningOf(text, zone) === undefined)
        return undefined;
    return beginningOf(new Date(noon + dayLength).toISOString().slice(0, 10), zone);
}
/** An instant as the minute that an address says: `2026-01-31T14:05`, where the reader is. */
export function minuteIn(at, zone) {
    return secondIn(at, zone).slice(0, 16);
}
/** `2026-01-31T14:05:09`, where the reader is. */
export function secondIn(at, zone) {
    return new Date(at + offsetAt(at, zone)).toISOString().slice(0, 19);
}
function isMinute(text) {
    return text.includes('T');
}
/** How far the clocks of a zone are ahead of UTC at an instant, in ms. */
function offsetAt(at, zone) {
    const parts = clockOf(zone).formatToParts(at);
    const of = (type) => Number(parts.find(part => part.type === type).value);
    const shown = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
    return shown - Math.floor(at / 1000) * 1000;
}
/** Making one is dear, and there are few zones. */
const clocks = new Map();
function clockOf(zone) {
    const made = clocks.get(zone) ??
        new Intl.DateTimeFormat('en-US', {
            timeZone: zone,
            hourCycle: 'h23',
            year: 'numeric',
            month: '2-digit',
            day: '2-digit',
            hour: '2-digit',
            minute: '2-digit',
            second: '2-digit',
        });
    clocks.set(zone, made);
    return made;
}
//# sourceMappingURL=days.js.map