/** What an administrator may write to the log by hand: per kind and effect the trigger that it fires. */
export const manualTriggers = {
    token: { end: 'token_revoked' },
    user: { end: 'all_ended', refresh: 'user_stale' },
    role: { refresh: 'role_stale' },
    application: { end: 'application_ended' },
    all: { end: 'everybody_ended', refresh: 'all_stale' },
};
export function isManual(kind) {
    return Object.hasOwn(manualTriggers, kind);
}
/** The trigger of a kind and an effect, as they were typed; null where there is none. */
export function manualTrigger(kind, effect) {
    const effects = manualTriggers[kind];
    return Object.hasOwn(effects, effect) ? effects[effect] : null;
}
//# sourceMappingURL=manual-revocation.js.map