import { isForeign } from '../policy/group-roles.js';
import { WrongUse } from './failures.js';
import { isId } from './user-fields.js';
import { RowProblem } from './user-file.js';
/** By our names: the fields of `AbstractUser`, and of what it stands on. null: it has none such. */
export const djangoFields = {
    id: null,
    username: 'username',
    password_hash: 'password',
    first_name: 'first_name',
    last_name: 'last_name',
    email: 'email',
    email_verified: null,
    is_active: 'is_active',
    last_login: 'last_login',
    created_at: 'date_joined',
    is_superuser: 'is_superuser',
    is_staff: 'is_staff',
    groups: 'groups',
    user_permissions: 'user_permissions',
};
/** What people know them as. */
const aliases = { password: 'password_hash', date_joined: 'created_at' };
/** @param pairs `FIELD=NAME`: their field, and our name @throws WrongUse */
export function readMap(pairs) {
    const map = { ...djangoFields };
    const given = new Set();
    for (const pair of pairs) {
        const [, theirs, name] = /^([^=]+)=([^=]+)$/.exec(pair) ?? [];
        if (!theirs || !name)
            throw new WrongUse(`--map ${pair} is not of the form FIELD=NAME`);
        const ours = aliases[name] ?? name;
        if (!Object.hasOwn(djangoFields, ours))
            throw new WrongUse(`--map ${pair}: ${name} is none of ${Object.keys(djangoFields).join(', ')}`);
        if (given.has(ours))
            throw new WrongUse(`--map names ${ours} twice`);
        given.add(ours);
        map[ours] = theirs;
    }
    return map;
}
/** @throws RowProblem */
export function readDjangoRow({ pk, fields }, map, newIds) {
    const value = (name) => (map[name] === null ? undefined : fields[map[name]]);
    const wrong = (name, what) => new RowProblem(`${map[name] ?? 'pk'}: ${what}`);
    let guessedZone = false;
    /** Nullable columns and numbers are texts as well. */
    function text(name) {
        const found = value(name);
        if (found === undefined)
            return undefined;
        if (found === null)
            return '';
        if (typeof found === 'number')
            return String(found);
        if (typeof found !== 'string')
            throw wrong(name, 'Must be text.');
        return found;
    }
    function flag(name) {
        const found = value(name);
        if (found !== undefined && typeof found !== 'boolean')
            throw wrong(name, 'Must be true or false.');
        return found;
    }
    function time(name) {
        const found = value(name);
        if (found === undefined || found === null)
            return found;
        const [, zone] = typeof found === 'string' ? (timePattern.exec(found) ?? []) : [];
        const at = Date.parse(zone === '' ? `${found}Z` : String(found));
        if (zone === undefined || Number.isNaN(at))
            throw wrong(name, 'Must be a time such as 2026-01-31T09:00:00Z.');
        if (zone === '')
            guessedZone = true;
        return at;
    }
    function list(name) {
        const found = value(name) ?? [];
        if (!Array.isArray(found))
            throw wrong(name, 'Must be a list.');
        return found;
    }
    const username = text('username');
    if (!username)
        throw wrong('username', 'This field is required.');
    const user = {
        id: readId(map.id === null ? pk : value('id'), newIds),
        username,
        passwordHash: text('password_hash') ?? '',
        firstName: text('first_name') ?? '',
        lastName: text('last_name') ?? '',
        email: text('email') ?? '',
        emailVerified: flag('email_verified'),
        active: flag('is_active') ?? true,
        lastLoginAt: time('last_login'),
        createdAt: time('created_at') ?? undefined,
    };
    if (user.passwordHash.length > 255)
        throw wrong('password_hash', 'Must be text of at most 255 characters.');
    const isSuperuser = flag('is_superuser') ?? false;
    const isStaff = flag('is_staff') ?? false;
    return { user, isSuperuser, isStaff, groups: list('groups'), permissions: list('user_permissions'), guessedZone };
}
/** Django writes none where USE_TZ is off. */
const timePattern = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d|)$/;
/** @throws RowProblem */
function readId(pk, newIds) {
    if (isId(pk))
        return Number(pk);
    if (newIds)
        return undefined;
    const said = pk === undefined ? 'There is none' : `${JSON.stringify(pk)} is no whole number from 1 on`;
    throw new RowProblem(`pk: ${said}: ids are kept, and --new-ids gives the next ones instead.`);
}
/** @returns what can be written here, and what cannot */
export function readPermissions(names) {
    return { permissions: names.filter(isForeign), leftOut: names.filter(name => !isForeign(name)) };
}
//# sourceMappingURL=django-fields.js.map