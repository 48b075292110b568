export const open = { kind: 'open' };
export const openKind = {
    sender: 'nobody',
    presenter: 'api',
    cors: 'anyOrigin',
    body: 'fields',
    // Serializers of Django leave what they do not know, and clients of simplejwt rely on it.
    unknown: 'ignored',
    who: () => 'anybody',
    security: () => [],
    refuses: () => [],
    judge: () => [],
    confirm: () => [],
};
//# sourceMappingURL=open.js.map