// What a file of configuration would change, for people: a line a change, and below it what that ends.
import { formatDuration } from '../policy/durations.js';
import { isPolicyName, policyTable } from '../policy/policies.js';
const signs = { create: '+', change: '~', delete: '-' };
export function planLines({ differences, consequences }) {
    const { policies, roles, applications } = differences;
    return [
        ...section('policies', [...policies.map(policyLine), ...policyEnds(consequences)]),
        ...section('roles', roles.flatMap(one => roleLines(one, consequences.roles.get(one.name)))),
        ...section('applications', applications.flatMap(one => applicationLines(one, consequences.applications.get(one.id)))),
    ];
}
/** `2 policies, 1 role and 3 applications` */
export function inNumbers({ policies, roles, applications }) {
    const each = [
        ...counted(policies.length, 'policy', 'policies'),
        ...counted(roles.length, 'role', 'roles'),
        ...counted(applications.length, 'application', 'applications'),
    ];
    return [each.slice(0, -1).join(', '), ...each.slice(-1)].filter(Boolean).join(' and ');
}
function counted(count, one, many) {
    return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
}
function section(title, lines) {
    return lines.length === 0 ? [] : [{ sign: null, indent: 0, text: title }, ...lines];
}
const line = (sign, text) => ({ sign, indent: 2, text });
const below = (text) => ({ sign: null, indent: 6, text });
function policyLine({ name, before, after }) {
    return line('~', `${name}  ${policyText(name, before)} → ${policyText(name, after)}`);
}
function policyText(name, value) {
    return isPolicyName(name) && policyTable[name].kind === 'duration' ? formatDuration(value) : shown(value);
}
function policyEnds({ policies }) {
    if (policies === null)
        return [];
    const { ends, staleAccessTokens: stale } = policies;
    return [
        ...(ends.sessions.count > 0 ? [below(`ends ${ofUsers(ends)} at their next refresh`)] : []),
        ...(stale?.count ? [below(`makes ${number(stale)} access tokens stale at once`)] : []),
    ];
}
function roleLines({ name, act, before, after }, holders) {
    const [had, has] = [new Set(before), new Set(after)];
    const said = {
        create: () => shown(after),
        change: () => [...given(has, had).map(one => `+${one}`), ...given(had, has).map(one => `-${one}`)].join(' '),
        delete: () => 'is deleted',
    };
    const taken = act === 'delete' ? 'lose it' : 'have it';
    const ends = holders?.count ? [below(`${number(holders)} ${taken}: their access tokens become stale at once`)] : [];
    return [line(signs[act], `${name}  ${said[act]()}`), ...ends];
}
const given = (some, others) => [...some].filter(one => !others.has(one));
function applicationLines(one, ends) {
    const { id, name, act, members, secret } = one;
    const gone = act === 'delete' ? ': is deleted for good, and its id is never used again' : '';
    return [
        line(signs[act], `${id}  ${name}${gone}`),
        ...members.map(({ name, before, after }) => below(`${name}  ${act === 'create' ? '' : `${memberText(name, before)} → `}${memberText(name, after)}`)),
        ...(secret === 'made' ? [below('a secret is made, and printed once')] : []),
        ...(secret === 'given' && act === 'change' ? [below('has another secret')] : []),
        ...(secret === 'given' && act === 'create' ? [below('has the secret of its variable')] : []),
        ...endLines(ends),
    ];
}
function memberText(name, value) {
    if (name !== 'lifetimes' || value === undefined)
        return shown(value);
    const each = Object.entries(value);
    return shown(each.map(([name, seconds]) => `${name} ${formatDuration(seconds)}`));
}
function endLines({ sessions, users, lifetimes, stale, secrets }) {
    return [
        ...(sessions && users ? [below(`ends ${ofUsers({ sessions, users })}`)] : []),
        ...(lifetimes?.sessions.count ? [below(`ends ${ofUsers(lifetimes)} at their next refresh`)] : []),
        ...(stale.length > 0 ? [below(`makes access tokens of ${stale.join(', ')} stale at once`)] : []),
        ...(secrets > 0 ? [below(`ends ${counted(secrets, 'secret', 'secrets')[0]} at once`)] : []),
    ];
}
function ofUsers({ sessions, users }) {
    const of = `${number(users)} ${users.count === 1 ? 'user' : 'users'}`;
    return `${number(sessions)} ${sessions.count === 1 ? 'session' : 'sessions'} of ${of}`;
}
const number = ({ count, more }) => `${count}${more ? '+' : ''}`;
function shown(value) {
    if (value === undefined || value === null || value === '')
        return '-';
    if (Array.isArray(value) && value.every(one => typeof one === 'string'))
        return value.join(', ') || 'none';
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
/** For programs. A member that is not there is null. */
export function printedPlan({ differences, consequences, warnings }) {
    const { policies, roles, applications } = differences;
    const member = ({ name, before = null, after = null }) => ({ name, before, after });
    const { ends = null, staleAccessTokens = null } = consequences.policies ?? {};
    return {
        policies: { changes: policies.map(member), ends, stale_access_tokens: staleAccessTokens },
        roles: roles.map(one => ({ ...one, holders: consequences.roles.get(one.name)?.count ?? 0 })),
        applications: applications.map(({ id, name, members, ...one }) => ({
            client_id: id,
            client_name: name,
            ...one,
            changes: members.map(member),
            ends: consequences.applications.get(id) ?? null,
        })),
        warnings: warnings.map(one => ({ path: one.path.join('.'), code: one.code, message: one.text })),
    };
}
//# sourceMappingURL=configuration-text.js.map