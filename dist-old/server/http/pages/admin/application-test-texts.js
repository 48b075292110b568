// What goes to and fro in a sign-in, member by member, as the page of a test shows it.
/** Without those that are empty. */
export function membersOf(values) {
    return Object.entries(values)
        .filter(([, value]) => value !== undefined && value !== null && value !== '')
        .map(([name, value]) => ({ name, text: textOf(value), at: null }));
}
/** Of a token of ours, which somebody has looked at already. */
export function claimsIn(token) {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}
const times = new Set(['exp', 'iat', 'auth_time', 'nbf', 'updated_at']);
/** Claims, whose times people are told as such. */
export function withTimes(claims) {
    return Object.entries(claims).map(([name, value]) => ({
        name,
        text: textOf(value),
        at: times.has(name) && typeof value === 'number' ? value * 1000 : null,
    }));
}
/** What somebody could use who looks over a shoulder. */
export const masked = (text) => `${text.slice(0, 12)}…`;
function textOf(value) {
    return typeof value === 'string' ? value : JSON.stringify(value);
}
//# sourceMappingURL=application-test-texts.js.map