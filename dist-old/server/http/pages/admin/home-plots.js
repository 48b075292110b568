import { figures } from '../../../policy/figures.js';
import { beginningOf, minuteIn } from '../days.js';
import { plot } from '../plot.js';
const plots = [
    { name: 'levels', shape: 'line', figures: ['live_sessions', 'live_users'], looks: [1, 3] },
    { name: 'signIns', shape: 'steps', figures: ['sign_ins', 'failed_sign_ins'] },
    { name: 'refreshes', shape: 'line', figures: ['refreshes'], per: 'minute' },
    { name: 'revocations', shape: 'steps', figures: ['revocations', 'reuse_incidents'] },
];
const minute = 60_000;
export function plotsOf(found, range, frame) {
    const { t, format, zone } = frame;
    const told = {
        ...frame,
        label: remembered(figure => t(`home.series.${figure}`)),
        unknown: t('home.unknown'),
        moment: remembered(format.moment),
        minute: remembered(at => minuteIn(at, zone)),
    };
    return plots.map(row => plotOf(row, found, range, told));
}
function remembered(tell) {
    const known = new Map();
    return of => {
        const text = known.get(of) ?? tell(of);
        known.set(of, text);
        return text;
    };
}
/** Since when anything is known, where that is not all the time; and whether nothing is known of some of it since. */
export function gapsIn({ points, from }) {
    const isKnown = points.sign_ins.map(({ value }) => value !== null);
    const first = isKnown.indexOf(true);
    const begin = points.sign_ins[first]?.at ?? null;
    return { begin: begin === from ? null : begin, isBroken: isKnown.slice(first).includes(false) };
}
function plotOf({ name, shape, figures: names, per, looks }, found, range, told) {
    const { t, format, now, zone, label, moment, unknown } = told;
    const { step } = found;
    const rate = ({ at, value }) => ({
        at,
        // Of the last step only a part is over.
        value: value === null ? null : value / Math.max(1, Math.min(step, now - at) / minute),
    });
    const series = names.map((figure, index) => ({
        figure,
        ...(looks && { look: looks[index] }),
        label: label(figure),
        points: per ? found.points[figure].map(rate) : found.points[figure],
    }));
    const write = per ? format.rate : format.number;
    const valueAt = new Map(series.map(one => [one.figure, new Map(one.points.map(({ at, value }) => [at, value]))]));
    const said = (figure, at) => {
        const value = valueAt.get(figure).get(at) ?? null;
        return `${label(figure)}: ${value === null ? unknown : write(value)}`;
    };
    const summary = names.map(figure => summed(figure, found, told)).join(' · ');
    const svg = plot(series, {
        title: t(`home.plot.${name}`),
        nothing: t('home.nothing'),
        value: write,
        description: t('home.described', { period: t(`home.period.${range}`), summary }),
        time: range === '24h' ? format.time : format.dayMonth,
        point: at => [moment(at), ...names.map(figure => said(figure, at))].join('\n'),
    }, { id: `plot-${name}`, step, shape, times: roundTimes(range, found, zone) });
    const columns = [
        { label: t('home.when') },
        ...names.map(figure => ({ label: label(figure), end: true })),
        ...(per ? [{ label: t('home.perMinute'), end: true }] : []),
    ];
    const cellsAt = (at, index) => [
        ...names.map(figure => counted(figure, found.points[figure][index], step, told)),
        ...(per ? names.map(figure => written(valueAt.get(figure).get(at) ?? null, write)) : []),
    ];
    return { name, summary, svg, columns, rows: rowsOf(found.points[names[0]], step, cellsAt, told) };
}
const written = (value, write) => (value === null ? null : write(value));
/** How often in all, or between what and what. */
function summed(figure, { points, totals }, { t, format, label, unknown }) {
    const what = label(figure);
    if (figures[figure].kind === 'count')
        return `${what}: ${format.number(totals[figure])}`;
    const known = points[figure].flatMap(({ value }) => (value === null ? [] : [value]));
    if (known.length === 0)
        return `${what}: ${unknown}`;
    const [least, most] = [format.number(Math.min(...known)), format.number(Math.max(...known))];
    return least === most ? `${what}: ${least}` : t('home.between', { what, least, most });
}
/** The lists behind single figures, for whoever may see them. */
const behind = {
    sign_ins: { path: '/admin/audit', query: { action: 'signed_in' } },
    reuse_incidents: { path: '/admin/incidents', query: {} },
};
function counted(figure, { at, value }, step, { format, may, url, minute }) {
    const list = behind[figure];
    if (value === null || value === 0 || !list || !may('darvoza:audit:read'))
        return value === null ? null : format.number(value);
    const href = url(list.path, { ...list.query, from: minute(at), to: minute(at + step) });
    return { is: 'link', href, text: format.number(value) };
}
/** The newest first; where nothing is known of many steps in a row, that is one row. */
function rowsOf(points, step, cellsAt, { moment }) {
    const rows = [];
    for (const [index, { at }] of points.entries()) {
        const cells = cellsAt(at, index);
        const last = rows.at(-1);
        if (last && [...last.cells, ...cells].every(cell => cell === null))
            last.upto = at + step;
        else
            rows.push({ at, upto: at + step, cells });
    }
    return rows.reverse().map(({ at, upto, cells }) => {
        const when = upto - at > step ? `${moment(at)} – ${moment(upto)}` : moment(at);
        return { id: String(at), cells: [when, ...cells] };
    });
}
/** How far apart times are written below, and where: full hours and days of the reader. */
const apart = {
    '24h': { days: 1, hours: ['00', '04', '08', '12', '16', '20'] },
    '7d': { days: 1, hours: ['00'] },
    '30d': { days: 5, hours: ['00'] },
};
function roundTimes(range, { from, upto }, zone) {
    const { days, hours } = apart[range];
    const times = [];
    for (let day = Date.parse(minuteIn(from, zone).slice(0, 10)); day <= upto + 86_400_000; day += days * 86_400_000)
        for (const hour of hours) {
            const at = beginningOf(`${new Date(day).toISOString().slice(0, 10)}T${hour}:00`, zone);
            if (at >= from && at <= upto)
                times.push(at);
        }
    return times;
}
//# sourceMappingURL=home-plots.js.map