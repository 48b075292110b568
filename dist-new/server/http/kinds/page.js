export const signedIn = { kind: 'page' };
export const beforeNewPassword = { kind: 'page', beforeNewPassword: true };
export const signedInIfRecent = { kind: 'page', recentlyAuthenticated: true };
export const sees = (permission) => ({ kind: 'page', permission });
export const seesIfRecent = (permission) => ({ kind: 'page', permission, recentlyAuthenticated: true });
export const pageKind = {
    sender: 'cookie',
    presenter: 'page',
    cors: 'ownOrigin',
    body: 'fields',
    unknown: 'ignored',
    who({ permission, recentlyAuthenticated, beforeNewPassword }) {
        const who = permission ? `\`${permission}\`` : 'whoever is signed in';
        if (beforeNewPassword)
            return `${who}, also while a new password must be chosen first`;
        return recentlyAuthenticated ? `${who}, password typed within five minutes` : who;
    },
    security: () => [],
    refuses: () => [],
    judge: (access, { browser }) => [browser.ownSite, browser.recognise, browser.admit(access)],
    confirm: (access, { browser }) => [
        browser.formToken(false),
        ...(access.recentlyAuthenticated ? [browser.passwordProof] : []),
    ],
};
//# sourceMappingURL=page.js.map