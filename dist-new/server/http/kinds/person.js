// Routes of a person: by a token of the built-in application, or one with the scope `darvoza:account`, which an API key needs
// too.
import { refusedPersons } from './bearer.js';
export const person = { kind: 'person' };
export const beforeNewPassword = { kind: 'person', beforeNewPassword: true };
/** What decides who the person is to us: no key may change it. */
export const inPerson = {
    own: { kind: 'person', beforeNewPassword: true, inPerson: true },
    recent: { kind: 'person', recentlyAuthenticated: true, inPerson: true },
};
export const personKind = {
    sender: 'token',
    presenter: 'api',
    cors: 'anyOrigin',
    body: 'fields',
    unknown: 'refused',
    who: access => [
        'whoever is signed in',
        ...(access.beforeNewPassword ? ['also while a new password must be chosen first'] : []),
        ...(access.recentlyAuthenticated ? ['within five minutes'] : []),
        ...(access.inPerson ? ['by no API key'] : []),
    ].join(', '),
    security: ({ inPerson }) => [{ bearer: [] }, ...(inPerson ? [] : [{ apiKey: ['darvoza:account'] }])],
    refuses: access => refusedPersons(access),
    judge: (access, { bearer }) => [bearer.token, bearer.person('darvoza:account', access)],
    confirm: () => [],
};
//# sourceMappingURL=person.js.map