import { refuseFields } from '../../protocol/errors.js';
import { problem } from '../../protocol/problems.js';
const limits = { firstName: 150, lastName: 150, email: 254 };
const wireNames = { firstName: 'first_name', lastName: 'last_name', email: 'email' };
/** The fields of a profile that are there, checked. @throws invalid_fields */
export function requireProfile(profile) {
    const fields = {};
    const checked = {};
    for (const name of Object.keys(limits)) {
        const value = profile[name];
        if (value === undefined)
            continue;
        const found = whyNot(name, value);
        if (found)
            fields[wireNames[name]] = [found];
        else
            checked[name] = value;
    }
    if (Object.keys(fields).length > 0)
        throw refuseFields(fields);
    return checked;
}
function whyNot(name, value) {
    if ([...value].length > limits[name])
        return problem('too_long', { count: limits[name] });
    if (/[\p{Cc}\p{Bidi_Control}]/u.test(value))
        return problem('control_characters');
    if (name === 'email' && value !== '' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value))
        return problem('email_invalid');
    return null;
}
//# sourceMappingURL=profile.js.map