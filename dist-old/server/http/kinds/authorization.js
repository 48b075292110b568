export const authorization = { kind: 'authorization' };
export const authorizationKind = {
    sender: 'cookie',
    presenter: 'page',
    cors: 'ownOrigin',
    body: 'form',
    unknown: 'ignored',
    who: () => 'anybody',
    security: () => [],
    refuses: () => [],
    judge: (_, { browser }) => [browser.recognise],
    confirm: () => [],
};
//# sourceMappingURL=authorization.js.map