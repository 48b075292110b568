// Parameters of an address as programs send them. A row of a table of rules says what one is; by it the parameter is read,
// and the API's document tells of it.
import { isUserId } from '../../protocol/claims.js';
import { refuseField } from '../../protocol/errors.js';
import { knownZone } from '../pages/reader.js';
const longest = 200;
const text = { type: 'string', maxLength: longest };
const yesOrNo = ['true', 'false'];
const anInstant = 'ISO 8601; a time of day has its zone, a day alone begins in UTC.';
export const parameterKinds = {
    text: { read: readQuery, schema: () => text },
    choice: { read: (ctx, name, { of = [] }) => readChoice(ctx, name, of), schema: ({ of = [] }) => ({ enum: of }) },
    /** Any word is taken: one that is not known finds nothing. */
    word: { read: readQuery, schema: ({ of = [] }) => ({ ...text, examples: of }) },
    flag: {
        read(ctx, name) {
            const chosen = readChoice(ctx, name, yesOrNo);
            return chosen === undefined ? undefined : chosen === 'true';
        },
        schema: () => ({ type: 'boolean' }),
    },
    /** It says yes by being there: `?all`. */
    mark: {
        read: isAsked,
        schema: () => ({ enum: ['', 'true', '1', 'false', '0'] }),
        about: 'Without a value, or as `true` or `1`: yes.',
    },
    user: {
        read(ctx, name) {
            const id = readQuery(ctx, name);
            if (id === undefined)
                return undefined;
            if (!isUserId(id))
                throw refuseField(name, 'not_user_id');
            return Number(id);
        },
        schema: () => ({ type: 'integer', minimum: 1 }),
        about: 'The id of a user.',
    },
    actor: {
        read: readQuery,
        schema: () => text,
        about: 'Whoever did it, such as `user:7`, `system` or `command-line`.',
    },
    from: { read: readTime, schema: () => text, about: `From this instant on. ${anInstant}` },
    until: { read: readTime, schema: () => text, about: `Up to this instant. ${anInstant}` },
    number: {
        read: readNumber,
        schema: ({ from = 0, upto }) => ({ type: 'integer', minimum: from, ...(upto && { maximum: upto }) }),
    },
    zone: {
        read(ctx, name) {
            const zone = readQuery(ctx, name);
            if (zone !== undefined && knownZone(zone) === null)
                throw refuseField(name, 'not_time_zone');
            return zone;
        },
        schema: () => ({ ...text, examples: ['Asia/Tashkent'] }),
    },
};
/** One parameter, as its rule has it. @throws invalid_fields */
export function readParameter(ctx, name, rule) {
    const kind = parameterKinds[rule.is];
    return kind.read(ctx, name, rule);
}
/** Those that the rules name. @throws invalid_fields with the first that is wrong */
export function readParameters(ctx, rules) {
    const read = Object.entries(rules).map(([name, rule]) => [name, readParameter(ctx, name, rule)]);
    return Object.fromEntries(read);
}
/**
 * In an act, what is there and empty is refused: `?user=` means somebody, and shall not reach everybody.
 * @throws invalid_fields, also when the parameter is there more than once (RFC 6749 §3.1 says the same of OAuth's)
 */
export function readQuery(ctx, name) {
    const value = ctx.query[name];
    if (Array.isArray(value))
        throw refuseField(name, 'given_twice');
    if (value === undefined || (value === '' && ctx.method !== 'POST'))
        return undefined;
    if (value.trim() === '')
        throw refuseField(name, 'parameter_blank');
    if (value.length > longest || /\p{Cc}/u.test(value))
        throw refuseField(name, 'unusable');
    return value;
}
function readChoice(ctx, name, choices) {
    const chosen = readQuery(ctx, name);
    if (chosen === undefined)
        return undefined;
    const choice = choices.find(one => one === chosen);
    if (choice === undefined)
        throw refuseField(name, 'not_one_of', { choices });
    return choice;
}
function isAsked(ctx, name) {
    if (ctx.query[name] === '')
        return true;
    const said = readQuery(ctx, name);
    if (said === undefined || said === 'false' || said === '0')
        return false;
    if (said === 'true' || said === '1')
        return true;
    throw refuseField(name, 'not_true_or_false');
}
function readNumber(ctx, name, { from = 0, upto }) {
    const digits = readQuery(ctx, name);
    if (digits === undefined)
        return undefined;
    const number = /^\d{1,15}$/.test(digits) ? Number(digits) : Number.NaN;
    if (number >= from && number <= (upto ?? number))
        return number;
    throw upto === undefined
        ? refuseField(name, 'not_whole')
        : refuseField(name, 'not_number_between', { min: from, max: upto });
}
/** @returns epoch ms */
function readTime(ctx, name) {
    const instant = readQuery(ctx, name);
    if (instant === undefined)
        return undefined;
    const time = parseTime(instant);
    if (time === null)
        throw refuseField(name, 'not_time');
    return time;
}
const isoTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;
/** ISO 8601; a time of day has its zone, a day alone begins in UTC. `Date.parse` takes `1` for a year. */
export function parseTime(instant) {
    const time = isoTime.test(instant) ? Date.parse(instant) : Number.NaN;
    return Number.isNaN(time) ? null : time;
}
//# sourceMappingURL=parameters.js.map