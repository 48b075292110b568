export const file = { kind: 'file' };
export const fileKind = {
    sender: 'nobody',
    presenter: 'page',
    cors: 'ownOrigin',
    body: 'fields',
    unknown: 'ignored',
    who: () => 'anybody',
    security: () => [],
    refuses: () => [],
    judge: () => [],
    confirm: () => [],
};
//# sourceMappingURL=file.js.map