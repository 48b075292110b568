import { ownPermissions } from '../../../policy/permissions.js';
export const isOwn = (permission) => Object.hasOwn(ownPermissions, permission);
/** What one of our own permissions lets do; null for what other applications call theirs. */
export function meaningOf(permission, { t }) {
    return isOwn(permission) ? t(`roles.may.${permissionKey(permission)}`) : null;
}
/** `users_read`: a colon means something else in the locales. */
export function permissionKey(permission) {
    return permission.replace('darvoza:', '').replaceAll(':', '_');
}
export function choicesOf(frame) {
    return Object.keys(ownPermissions).map(value => ({ value, label: value, help: meaningOf(value, frame) }));
}
/** A role to choose, with what it lets do; permissions of other applications by their names. */
export function roleChoice({ name, permissions }, frame) {
    const most = 6;
    const said = permissions.map(permission => meaningOf(permission, frame) ?? permission);
    const more = said.length > most ? [frame.t('people.more', { count: said.length - most, number: said.length - most })] : [];
    const help = [...said.slice(0, most), ...more].join(' · ') || frame.t('roles.allowsNothing');
    return { value: name, label: name, help };
}
export function matrixOf(columns, frame) {
    const others = new Set(columns.flatMap(role => role.permissions).filter(permission => !isOwn(permission)));
    return [...Object.keys(ownPermissions), ...[...others].sort()].map(permission => ({
        permission,
        meaning: meaningOf(permission, frame),
        has: columns.map(role => role.permissions.includes(permission)),
    }));
}
export function presentRole({ name, permissions, builtIn, holders }, frame) {
    return { name, builtIn, permissions: permissions.length, count: holders.count, holders: countText(holders, frame) };
}
export function countText({ count, more }, { format }) {
    return `${format.number(count)}${more ? '+' : ''}`;
}
//# sourceMappingURL=role-texts.js.map