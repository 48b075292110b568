// The fields of a user in files: what each may hold, in JSON and as a cell of CSV. `user export` writes the same ones.
import { refuseField, refuseFields } from '../protocol/errors.js';
import { problem } from '../protocol/problems.js';
import { printedTime } from './output.js';
const isText = (value) => typeof value === 'string';
const isTexts = (value) => Array.isArray(value) && value.every(isText);
/** Ids are numbers that a JavaScript number holds exactly, and the ones given out later go on after the highest. */
const highestId = 10 ** 15;
export const isId = (value) => {
    const id = isText(value) && /^\d+$/.test(value) ? Number(value) : value;
    return Number.isSafeInteger(id) && id >= 1 && id <= highestId;
};
const longestHash = 255;
const isHash = (value) => value === null || (isText(value) && value.length <= longestHash);
const isTime = (value) => value === null || (isText(value) && timePattern.test(value) && !Number.isNaN(Date.parse(value)));
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/;
const text = { isValue: isText, problem: problem('not_text') };
const texts = {
    isValue: isTexts,
    problem: problem('not_texts'),
    read: (value) => [...new Set(value)],
    cell: (written) => written.split(/[\s,;]+/).filter(one => one !== ''),
};
const flag = {
    isValue: (value) => typeof value === 'boolean',
    problem: problem('not_true_or_false'),
    // Spreadsheets write TRUE, in some languages 1.
    cell: (written) => ({ true: true, '1': true, false: false, '0': false })[written.trim().toLowerCase()] ?? written,
};
const time = {
    isValue: isTime,
    problem: problem('not_time'),
    read: (value) => (value === null ? null : Date.parse(value)),
};
const fields = {
    username: { ...text, property: 'username', meaning: 'required; as it is typed at sign-in, at most 150 characters' },
    id: {
        property: 'id',
        isValue: isId,
        problem: problem('not_whole_between', { min: 1, max: highestId }),
        read: Number,
        meaning: 'kept as it is; the next free one where it is left out',
    },
    password_hash: {
        property: 'passwordHash',
        isValue: isHash,
        problem: problem('not_text_up_to', { max: longestHash }),
        meaning: 'as Django stores it (pbkdf2, bcrypt, scrypt, argon2); empty, left out or !…: cannot sign in until an administrator sets a password',
    },
    first_name: { ...text, property: 'firstName', meaning: 'at most 150 characters' },
    last_name: { ...text, property: 'lastName', meaning: 'at most 150 characters' },
    email: { ...text, property: 'email', meaning: 'an e-mail address' },
    email_verified: {
        ...flag,
        property: 'emailVerified',
        meaning: 'true: it is known that the address is theirs; false where it is left out',
    },
    is_active: {
        ...flag,
        property: 'active',
        meaning: 'false: cannot sign in; true where it is left out',
    },
    roles: { ...texts, property: 'roles', meaning: 'names of roles that are there' },
    permissions: { ...texts, property: 'permissions', meaning: 'permissions beside those of the roles' },
    must_change_password: {
        ...flag,
        property: 'mustChangePassword',
        meaning: 'true: somebody else knows the password; pages ask for a new one before anything else',
    },
    last_login: { ...time, property: 'lastLoginAt', meaning: 'a time such as 2026-01-31T09:00:00Z' },
    created_at: { ...time, property: 'createdAt', meaning: 'the same; now where it is left out' },
};
/** What a user may say, a line each. */
export function fieldsInWords() {
    const width = Math.max(...Object.keys(fields).map(name => name.length));
    return Object.entries(fields)
        .map(([name, { meaning }]) => `  ${name.padEnd(width)}  ${meaning}`)
        .join('\n');
}
/** @throws invalid_fields. A field that we do not know may be a misspelt `is_active`, so it is not passed over. */
export function readUser(value) {
    if (value === undefined)
        throw refuseField('non_field_errors', 'not_json');
    if (!isObject(value))
        throw refuseField('non_field_errors', 'not_json_object');
    const found = {};
    const user = {};
    for (const [name, content] of Object.entries(value)) {
        const row = Object.hasOwn(fields, name) ? fields[name] : undefined;
        if (!row)
            found[name] = [problem('unknown_field')];
        else if (!row.isValue(content))
            found[name] = [row.problem];
        else if (content !== null)
            user[row.property] = row.read ? row.read(content) : content;
    }
    if (!Object.hasOwn(value, 'username'))
        found.username = [problem('required')];
    if (Object.keys(found).length > 0)
        throw refuseFields(found);
    return user;
}
/** The same of a row of CSV. @throws invalid_fields */
export function readCells(cells) {
    const read = ([name, text]) => {
        const row = Object.hasOwn(fields, name) ? fields[name] : undefined;
        return [name, row?.cell ? row.cell(text) : text];
    };
    return readUser(Object.fromEntries(Object.entries(cells).map(read)));
}
export const fieldNames = Object.keys(fields);
/** With the hash. */
export function exportedUser(user) {
    return {
        id: user.id,
        username: user.username,
        password_hash: user.passwordHash,
        first_name: user.firstName,
        last_name: user.lastName,
        email: user.email,
        email_verified: user.emailVerified,
        is_active: user.active,
        roles: user.roles,
        permissions: user.permissions,
        must_change_password: user.mustChangePassword,
        last_login: printedTime(user.lastLoginAt),
        created_at: printedTime(user.createdAt),
    };
}
export function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
//# sourceMappingURL=user-fields.js.map