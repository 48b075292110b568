/** The larger the span, the larger the unit; in seconds. */
const steps = [
    ['year', 365 * 86_400],
    ['month', 30 * 86_400],
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
    ['second', 1],
];
/** Making one is dear, and there are few. */
const made = new Map();
function once(key, make) {
    if (!made.has(key))
        made.set(key, make());
    return made.get(key);
}
/** Uzbek of Intl has other apostrophes (oʻtgan is o‘tgan there); the pages write ʻ after o and g, and ʼ elsewhere. */
const apostrophes = {
    uz: text => text.replace(/(?<=[og])[‘’'`]/gi, 'ʻ').replace(/(?<=\p{L})[‘’'`](?=\p{L})/gu, 'ʼ'),
};
/** Accusative, as it stands after "in" and "for": only two feminine words differ from the nominative that Intl has. */
const accusatives = {
    ru: text => text.replaceAll('минута', 'минуту').replaceAll('секунда', 'секунду'),
};
/** @param now epoch ms, to which relative times relate */
export function createFormats(locale, zone, now, t) {
    const language = locale.slice(0, 2);
    const spelt = apostrophes[language] ?? (text => text);
    const dates = (name, options) => once(`${locale} ${zone} ${name}`, () => new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }));
    const numbers = (name, options) => once(`${locale} ${name}`, () => new Intl.NumberFormat(locale, options));
    const dayMonth = { day: 'numeric', month: 'short' };
    const day = { ...dayMonth, year: 'numeric' };
    const minute = { hour: '2-digit', minute: '2-digit' };
    // Without a mark between thousands, as durations are typed (policy/durations.ts).
    const unitNumbers = (unit) => numbers(unit, { style: 'unit', unit, unitDisplay: 'long', useGrouping: false });
    /** @param most units at most, the largest */
    function span(seconds, most) {
        const parts = [];
        let rest = seconds;
        for (const [unit, length] of steps.slice(2)) {
            const count = Math.floor(rest / length);
            if (count === 0 || parts.length === most)
                continue;
            rest -= count * length;
            parts.push(unitNumbers(unit).format(count));
        }
        return parts.join(' ') || unitNumbers('second').format(0);
    }
    /** `2 days`, `1 hour 30 minutes`: the two largest units of a span. @param seconds whole */
    const duration = (seconds) => span(seconds, 2);
    return {
        /** `5 Jan 2026` */
        date: (at) => spelt(dates('date', day).format(at)),
        /** `5 Jan 2026, 14:03` */
        dateTime: (at) => spelt(dates('dateTime', { ...day, ...minute }).format(at)),
        /** `5 January 2026 at 14:03:07 GMT+5`: to the second, with the zone */
        exactTime: (at) => spelt(dates('exactTime', { dateStyle: 'long', timeStyle: 'long' }).format(at)),
        /** `5 Jan` */
        dayMonth: (at) => spelt(dates('dayMonth', dayMonth).format(at)),
        /** `5 Jan, 14:03` */
        moment: (at) => spelt(dates('moment', { ...dayMonth, ...minute }).format(at)),
        /** `14:03` */
        time: (at) => dates('time', minute).format(at),
        /** `5 minutes ago`, `tomorrow` */
        relative(at) {
            const seconds = Math.round((at - now) / 1000);
            const [unit, size] = steps.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
            if (unit === 'second' && Math.abs(seconds) < 45)
                return t('shared.justNow');
            const format = once(`${locale} relative`, () => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }));
            return spelt(format.format(Math.trunc(seconds / size), unit));
        },
        number: (value) => numbers('number', {}).format(value),
        /** At most one digit behind the point. */
        rate: (value) => numbers('rate', { maximumFractionDigits: 1 }).format(value),
        percent: (share) => numbers('percent', { style: 'percent', maximumFractionDigits: 1 }).format(share),
        duration,
        /** `2 days`: the largest unit alone. */
        roughly: (seconds) => span(seconds, 1),
        /** A duration as it stands in a sentence, after "in" or "for". */
        during: (seconds) => (accusatives[language] ?? (text => text))(duration(seconds)),
        /** `a, b and c` */
        list: (items) => once(`${locale} list`, () => new Intl.ListFormat(locale)).format(items),
    };
}
//# sourceMappingURL=formats.js.map