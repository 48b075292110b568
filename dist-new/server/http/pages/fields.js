// What a form sends, and what was wrong with it. Handlers read only the fields they name; whatever else is sent is left alone.
//
//   try {
//     const { name } = readFields(ctx, { name: { trim: true, maxLength: 60 } })   // wire/fields.ts
//     await devices.rename(…)
//   } catch (error) {
//     return show(ctx, { values: typedIn(ctx, ['name']), problems: problemsOf(error, pages.frameOf(ctx)) }, 400)
//   }
import { Refusal } from '../../protocol/errors.js';
import { isProblem } from '../../protocol/problems.js';
/** Refusals that leave the form where it is, to be sent again a little later. */
const passing = new Set(['too_many_guesses', 'overloaded']);
/** The problems that a refusal tells; throws on what the form cannot mend. */
export function problemsOf(error, frame) {
    if (!(error instanceof Refusal))
        throw error;
    if (passing.has(error.code))
        return { non_field_errors: refusalText(error, frame) };
    if (error.code !== 'invalid_fields')
        throw error;
    return Object.fromEntries(Object.entries(error.details.fields ?? {}).map(([field, problems]) => [
        field,
        problems.map(problem => problemText(problem, frame.t)).join(' '),
    ]));
}
/** The form may be sent again as it is, a little later. */
export const isPassing = (error) => error instanceof Refusal && passing.has(error.code);
/** With what a form is shown again that was refused; says when to try again where that is known. */
export function statusOf(ctx, error) {
    if (!isPassing(error))
        return 400;
    if (error.details.retryAfter !== undefined)
        ctx.set('Retry-After', String(error.details.retryAfter));
    return error.status;
}
/** What a refusal says to a person, and when to try again. */
export function refusalText({ code, details: { retryAfter = 0 } }, { t, format }) {
    const text = t(`errors.${code}`);
    // Rounded up: who comes back a moment too early is refused again.
    const seconds = retryAfter < 60 ? retryAfter : Math.ceil(retryAfter / 60) * 60;
    return retryAfter > 5 ? `${text} ${t('error.again', { span: format.during(seconds) })}` : text;
}
/** What the person typed, to be shown again beside what is wrong with it. Never for a password. */
export function typedIn(ctx, names) {
    const body = ctx.request.body;
    return Object.fromEntries(names.map(name => [name, typeof body?.[name] === 'string' ? body[name] : '']));
}
/** How a form about somebody who is there is read: what it leaves out would be lost. */
export const profileRules = {
    username: { trim: true },
    first_name: { blank: true, trim: true },
    last_name: { blank: true, trim: true },
    email: { blank: true, trim: true },
};
/** A profile as it was typed. */
export function typedProfile(ctx) {
    const { username, first_name, last_name, email } = typedIn(ctx, ['username', 'first_name', 'last_name', 'email']);
    return {
        username: username.trim(),
        email: email.trim(),
        firstName: first_name.trim(),
        lastName: last_name.trim(),
    };
}
/** The ids of the rows that were picked in a table: fields `pick:ID`. */
export const picked = (ctx) => chosenIn(ctx, 'pick');
/** The checkboxes of a field that are on: `NAME:VALUE`. */
export function chosenIn(ctx, field) {
    const names = Object.keys((ctx.request.body ?? {}));
    return names.filter(name => name.startsWith(`${field}:`)).map(name => name.slice(field.length + 1));
}
/** What is wrong, in the reader's language. */
export function problemText({ code, values = {} }, t) {
    const told = Object.entries(values).map(([name, value]) => [name, valueText(value, t)]);
    return t(`problems.${code}`, Object.fromEntries(told));
}
function valueText(value, t) {
    if (typeof value !== 'object')
        return value;
    if (isProblem(value))
        return problemText(value, t);
    return value.map(one => valueText(one, t)).join(', ');
}
//# sourceMappingURL=fields.js.map