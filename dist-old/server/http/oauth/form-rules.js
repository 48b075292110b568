// Parameters of OAuth's endpoints, in a form: by these rules they are read, and the API's document tells of them.
import { refuse } from '../../protocol/errors.js';
/**
 * Without a value a parameter counts as left out, and those that nobody knows are ignored (RFC 6749 §3.2).
 * @throws invalid_request
 */
export function readForm(form, rules) {
    for (const [name, values] of Object.entries(form)) {
        const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
        if (values.length > 1 && !rule?.repeats)
            throw repeated(rule && name);
    }
    return Object.fromEntries(Object.entries(rules).map(([name, { required, repeats }]) => {
        const values = valuesOf(form, name).filter(value => value !== '');
        if (required && values.length === 0)
            throw missing(name);
        return [name, repeats ? values : values[0]];
    }));
}
/** A parameter that every form of an endpoint has. @throws invalid_request */
export function requireParameter(form, name) {
    const values = valuesOf(form, name);
    if (values.length > 1)
        throw repeated(name);
    if (!values[0])
        throw missing(name);
    return values[0];
}
const valuesOf = (form, name) => (Object.hasOwn(form, name) && form[name]) || [];
const missing = (name) => refuse('invalid_request', { detail: `The parameter ${name} is missing.` });
/** @param name where it is one of ours; an answer is no place for texts of strangers */
const repeated = (name) => refuse('invalid_request', { detail: `${name ? `The parameter ${name}` : 'A parameter'} is there more than once.` });
//# sourceMappingURL=form-rules.js.map