// A plot as text: series in, SVG out. No script, no style within it: attributes and classes only, so that a strict CSP holds
// and a style sheet (public/css/components/plot.css) gives it the colours of light and dark. What it shows stands in a table beneath it.
import { max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { area, curveMonotoneX, curveStepAfter, line } from 'd3-shape';
/** Units of the plot; `legend` where several series are named above. */
const margin = { top: 12, legend: 30, right: 12, bottom: 26 };
/** How many times are written below, at most; they must not run into each other. */
const mostTimes = 6;
/** Classes exist for so many series. */
export const mostSeries = 5;
/** @returns an `svg` element */
export function plot(series, words, options) {
    const { id, width = 480, height = 200, step = 0, shape = 'line', times } = options;
    if (!/^[a-z][\w-]*$/i.test(id))
        throw new Error('a plot needs an id that may stand in a page');
    if (series.length > mostSeries)
        throw new Error(`a plot shows at most ${mostSeries} series`);
    const hasAny = series.some(one => one.points.some(({ value }) => value !== null));
    const drawing = { width, height, step, shape, times: times ?? null };
    return [
        `<svg class="plot-drawing" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc">`,
        `<title id="${id}-title">${escaped(words.title)}</title>`,
        `<desc id="${id}-desc">${escaped(words.description)}</desc>`,
        ...(hasAny ? drawn(series, words, drawing) : [nothing(words, drawing)]),
        '</svg>',
    ].join('');
}
/** How wide a letter is taken to be, in units of the plot. */
const letter = 8;
function drawn(series, words, drawing) {
    const { width, height, step } = drawing;
    const times = [...new Set(series.flatMap(one => one.points.map(point => point.at)))].sort((a, b) => a - b);
    const highest = max(series, one => max(one.points, point => point.value ?? 0)) ?? 0;
    const top = series.length > 1 ? margin.legend : margin.top;
    const y = scaleLinear([0, Math.max(1, highest)], [height - margin.bottom, top]).nice(4);
    // Things are counted whole: half a sign-in needs no line.
    const values = y.ticks(4).filter(Number.isInteger);
    const left = Math.max(34, 12 + letter * Math.max(...values.map(value => [...words.value(value)].length)));
    const [from, upto] = [times[0], Math.max(times.at(-1) + step, times[0] + 1)];
    const x = scaleLinear([from, upto], [left, width - margin.right]);
    return [
        ...values.flatMap(value => ruler(value, rounded(y(value)), words, { left, right: width - margin.right })),
        ...hours(x, drawing.times?.filter(at => at >= from && at <= upto) ?? someOf(times), words, drawing),
        ...series.flatMap((one, index) => curve(one, index, x, y, drawing)),
        ...(series.length > 1 ? legend(series, left) : []),
        ...(words.point && step > 0 ? pointers(times, words.point, x, drawing) : []),
    ];
}
function ruler(value, at, words, { left, right }) {
    return [
        `<line class="plot-ruler" x1="${left}" x2="${right}" y1="${at}" y2="${at}" stroke="currentColor"/>`,
        `<text class="plot-value" x="${left - 6}" y="${at}" dy="0.32em" text-anchor="end" fill="currentColor">${escaped(words.value(value))}</text>`,
    ];
}
function someOf(times) {
    const every = Math.ceil(times.length / mostTimes);
    return times.filter((_, index) => index % every === 0);
}
/** Every second one is left out where the drawing is small (plot.css). */
function hours(x, written, words, { height }) {
    return written.map((at, index) => `<text class="plot-time${index % 2 === 1 ? ' plot-more' : ''}" x="${rounded(x(at))}" y="${height - 6}" text-anchor="middle" fill="currentColor">${escaped(words.time(at))}</text>`);
}
const classOf = ({ look }, index) => `plot-series-${look ?? index + 1}`;
function curve(one, index, x, y, { shape, step }) {
    const { points } = one;
    const isKnown = ({ value }) => value !== null;
    const [left, top] = [({ at }) => x(at), ({ value }) => y(value ?? 0)];
    const shown = shape === 'steps' ? lasting(points, step) : points;
    const bend = shape === 'steps' ? curveStepAfter : curveMonotoneX;
    const stroke = line(left, top).defined(isKnown).curve(bend).digits(1)(shown);
    const fill = area(left, y(0), top).defined(isKnown).curve(bend).digits(1)(shown);
    const classes = classOf(one, index);
    return [
        ...(fill && (index === 0 || shape === 'steps')
            ? [`<path class="plot-area ${classes}" d="${fill}" fill="currentColor"/>`]
            : []),
        ...(stroke ? [`<path class="plot-line ${classes}" d="${stroke}" fill="none" stroke="currentColor"/>`] : []),
        ...lonely(shown).map(point => `<circle class="plot-dot ${classes}" cx="${rounded(left(point))}" cy="${rounded(top(point))}" r="2.5" fill="currentColor"/>`),
    ];
}
/** The last point before a gap stands for its whole step, as the others do. */
function lasting(points, step) {
    return points.flatMap(({ at, value }, index) => {
        const endsHere = value !== null && (points[index + 1]?.value ?? null) === null;
        return endsHere
            ? [
                { at, value },
                { at: at + step, value },
            ]
            : [{ at, value }];
    });
}
/** A point between two gaps makes no line. */
function lonely(points) {
    const isGap = (index) => (points[index]?.value ?? null) === null;
    return points.filter((_, index) => !isGap(index) && isGap(index - 1) && isGap(index + 1));
}
function legend(series, from) {
    let left = from;
    return series.flatMap((one, index) => {
        const at = left;
        left += [...one.label].length * letter + 36;
        return [
            `<line class="plot-key ${classOf(one, index)}" x1="${at}" x2="${at + 16}" y1="10" y2="10" stroke="currentColor"/>`,
            `<text class="plot-label" x="${at + 22}" y="10" dy="0.32em" fill="currentColor">${escaped(one.label)}</text>`,
        ];
    });
}
/** What browsers show by themselves where one points: the figures of a step, without any script. */
function pointers(times, point, x, { step, height }) {
    return times.map(at => {
        const [left, right] = [rounded(x(at)), rounded(x(at + step))];
        return `<rect class="plot-pointer" x="${left}" y="${margin.top}" width="${rounded(right - left)}" height="${height - margin.top - margin.bottom}" fill="currentColor" fill-opacity="0"><title>${escaped(point(at))}</title></rect>`;
    });
}
function nothing(words, { width, height }) {
    return `<text class="plot-nothing" x="${width / 2}" y="${height / 2}" text-anchor="middle" fill="currentColor">${escaped(words.nothing)}</text>`;
}
function rounded(value) {
    return Math.round(value * 10) / 10;
}
const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** Text stays text, wherever it came from; what XML has no place for is left out. */
function escaped(text) {
    return text.replace(/[^\P{Cc}\t\n\r]/gu, '').replace(/[&<>"']/g, sign => entities[sign]);
}
//# sourceMappingURL=plot.js.map