import { refusedPersons } from './bearer.js';
export const may = (permission) => ({ kind: 'permission', permission });
export const mayIfRecent = (permission) => ({ kind: 'permission', permission, recentlyAuthenticated: true });
export const mayInPerson = (permission) => ({ kind: 'permission', permission, recentlyAuthenticated: true, inPerson: true });
export const permissionKind = {
    sender: 'token',
    presenter: 'api',
    cors: 'anyOrigin',
    body: 'fields',
    unknown: 'refused',
    who: ({ permission, recentlyAuthenticated, inPerson }) => [
        `\`${permission}\``,
        ...(recentlyAuthenticated ? ['signed in within five minutes'] : []),
        ...(inPerson ? ['by no API key'] : []),
    ].join(', '),
    security: ({ permission, inPerson }) => [{ bearer: [permission] }, ...(inPerson ? [] : [{ apiKey: [permission] }])],
    refuses: access => [...refusedPersons(access), 'permission_denied'],
    judge: (access, { bearer }) => [bearer.token, bearer.person('darvoza:admin', access), bearer.permission(access)],
    confirm: () => [],
};
//# sourceMappingURL=permission.js.map