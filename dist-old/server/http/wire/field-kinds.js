import { isJsonObject } from '../../protocol/json.js';
import { problem } from '../../protocol/problems.js';
import { parseTime } from './parameters.js';
export const fieldKinds = {
    text: { read: readText, schema: textSchema },
    texts: {
        read(value) {
            if (!Array.isArray(value))
                return { problem: problem('not_list', { type: pythonType(value) }) };
            const texts = [];
            for (const item of value) {
                if (typeof item !== 'string')
                    return { problem: problem('not_string') };
                const found = readText(item, oneOfTexts);
                if ('problem' in found)
                    return found;
                texts.push(found.value);
            }
            return { value: texts };
        },
        schema: () => ({ type: 'array', items: textSchema(oneOfTexts) }),
    },
    /** JSON says true or false; a form can only spell it. */
    flag: {
        read(value) {
            if (value === true || value === 'true')
                return { value: true };
            if (value === false || value === 'false')
                return { value: false };
            return { problem: problem('not_boolean') };
        },
        schema: () => ({ type: 'boolean', default: false }),
        otherwise: false,
    },
    choice: {
        read(value, rule) {
            const { of: choices = [] } = rule;
            const found = readText(value, rule);
            if ('problem' in found || choices.includes(found.value))
                return found;
            return { problem: problem('not_one_of', { choices }) };
        },
        schema: ({ of = [] }) => ({ enum: of }),
    },
    number: {
        read: (value, rule) => readAs(value, rule, text => (rule.digits.test(text) ? Number(text) : null)),
        schema: () => ({ type: 'integer', minimum: 0 }),
    },
    time: {
        read: (value, rule) => readAs(value, rule, parseTime),
        schema: () => ({ type: 'string', format: 'date-time' }),
    },
    object: {
        read: value => isJsonObject(value) ? { value } : { problem: problem('not_dictionary', { type: pythonType(value) }) },
        schema: () => ({ type: 'object' }),
    },
    given: { read: value => ({ value }), schema: () => ({}) },
};
const oneOfTexts = { maxLength: 200 };
function readText(value, { trim, blank, maxLength }) {
    if (value === null)
        return { problem: problem('null') };
    if (typeof value !== 'string' && typeof value !== 'number')
        return { problem: problem('not_string') };
    const text = trim ? String(value).trim() : String(value);
    if (text === '' && !blank)
        return { problem: problem('blank') };
    if (text.includes('\0'))
        return { problem: problem('null_characters') };
    const surrogate = /\p{Cs}/u.exec(text);
    if (surrogate) {
        const point = surrogate[0].charCodeAt(0).toString(16).toUpperCase();
        return { problem: problem('surrogate_characters', { point }) };
    }
    // Characters, not UTF-16 halves of them: what a name may have when it is made, it may have here.
    if (maxLength !== undefined && [...text].length > maxLength) {
        return { problem: problem('too_long', { count: maxLength }) };
    }
    return { value: text };
}
function textSchema({ blank, maxLength, secret, of }) {
    return {
        type: 'string',
        ...(!blank && { minLength: 1 }),
        ...(maxLength !== undefined && { maxLength }),
        ...(secret && { format: 'password' }),
        ...(of && { enum: of }),
    };
}
/** JSON has numbers; a form can only spell them. */
function readAs(value, rule, parse) {
    const found = readText(value, rule);
    if ('problem' in found)
        return found;
    const parsed = parse(found.value);
    return parsed === null ? { problem: problem(rule.wrong ?? 'unusable') } : { value: parsed };
}
export function pythonType(value) {
    if (Array.isArray(value))
        return 'list';
    if (typeof value === 'number')
        return Number.isInteger(value) ? 'int' : 'float';
    return typeof value === 'boolean' ? 'bool' : 'str';
}
//# sourceMappingURL=field-kinds.js.map