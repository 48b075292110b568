export function nameOf(actor) {
    return typeof actor === 'string' ? actor : actor.name;
}
/** null for the command line and for what the server does by itself. */
export function originOf(actor) {
    return typeof actor === 'string' ? null : actor.origin;
}
/** null for the command line, for what the server does by itself, and where the work judges for itself. */
export function credentialOf(actor) {
    return typeof actor === 'string' ? null : actor.credential;
}
/** The user who acts, or null: the command line and the system have no rights to compare. */
export function userOf(actor) {
    const name = nameOf(actor);
    return name.startsWith('user:') ? Number(name.slice('user:'.length)) : null;
}
/** The id of the API key that somebody acts by; null where they do so themselves. */
export function apiKeyOf(actor) {
    const credential = credentialOf(actor);
    return credential !== null && 'apiKeyId' in credential ? credential.apiKeyId : null;
}
//# sourceMappingURL=actor.js.map