// The filters of a list, described once: what an address calls each, what it is for the list, and how it is read. The API
// refuses what it cannot use; a page shows the list all the same, but where something would be ended by it.
import { refuseField } from '../../protocol/errors.js';
import { findPerson, readActor } from '../pages/admin/people.js';
import { beginningOf, endOf } from '../pages/days.js';
import { readText } from '../pages/query.js';
import { readParameter } from '../wire/parameters.js';
const oneOf = (ctx, name, choices) => choices.find(one => one === readText(ctx, name));
const kinds = {
    text: (ctx, name) => readText(ctx, name) || undefined,
    choice: oneOf,
    /** Any word for programs, one of the known ones for people, who choose it. */
    word: oneOf,
    flag(ctx, name) {
        const text = readText(ctx, name);
        return text === 'true' || text === 'false' ? text === 'true' : undefined;
    },
    /** A program knows ids; a person types whatever people are found by. */
    user(ctx, name, _, by) {
        const text = readText(ctx, name);
        return text === '' ? undefined : findPerson(name, text, by);
    },
    actor: (ctx, name, _, by) => readActor(name, readText(ctx, name), by),
    /** A person means days or minutes where they are, and the last one is within. */
    from: (ctx, name, _, { frame }) => beginningOf(readText(ctx, name), frame.zone),
    until: (ctx, name, _, { frame }) => endOf(readText(ctx, name), frame.zone),
};
/** @throws invalid_fields */
export function readAsked(ctx, fields) {
    const filter = {};
    for (const [name, rule] of Object.entries(fields))
        filter[rule.as] = readParameter(ctx, name, rule);
    return filter;
}
/** What addresses of pages say beside filters: how much is shown, and from where on. */
const ofPages = ['size', 'after', 'before', 'row'];
/** @throws invalid_fields, strictly, where a field is there and cannot be used, or is not known */
export async function readTyped(ctx, fields, by, { strictly = false } = {}) {
    const shown = Object.entries(fields).filter(([, { page }]) => page !== null);
    const known = shown.map(([name, { page }]) => page ?? name);
    const unknown = Object.keys(ctx.query).find(name => !known.includes(name) && !ofPages.includes(name));
    if (strictly && unknown !== undefined)
        throw refuseField(unknown, 'unknown_filter');
    const filter = {};
    for (const [named, { as, is, of = [], page }] of shown) {
        const name = page ?? named;
        const typed = kinds[is];
        filter[as] = await typed(ctx, name, of, by);
        if (strictly && by.which.some(({ field }) => field === name))
            throw refuseField(name, 'several_users');
        if (strictly && filter[as] === undefined && isThere(ctx, name))
            throw refuseField(name, 'unusable');
    }
    return filter;
}
function isThere(ctx, name) {
    const asked = ctx.query[name];
    return Array.isArray(asked) || (asked ?? '').trim() !== '';
}
//# sourceMappingURL=filters.js.map