export const publicPage = { kind: 'publicPage' };
export const tokenless = { kind: 'publicPage', tokenless: true };
export const publicPageKind = {
    sender: 'cookie',
    presenter: 'page',
    cors: 'ownOrigin',
    body: 'fields',
    unknown: 'ignored',
    who: () => 'anybody',
    security: () => [],
    refuses: () => [],
    judge: (_, { browser }) => [browser.ownSite, browser.recognise],
    confirm: (access, { browser }) => [browser.formToken(access.tokenless === true)],
};
//# sourceMappingURL=public-page.js.map