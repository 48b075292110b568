// The table of the kinds of access. What a kind decides, and how the steps of a route come from it: kind.ts.
import { authorizationKind } from './authorization.js';
import { clientKind } from './client.js';
import { fileKind } from './file.js';
import { openKind } from './open.js';
import { pageKind } from './page.js';
import { permissionKind } from './permission.js';
import { personKind } from './person.js';
import { programKind } from './program.js';
import { publicPageKind } from './public-page.js';
import { registrationKind } from './registration.js';
import { scopeKind } from './scope.js';
export const kinds = {
    open: openKind,
    file: fileKind,
    person: personKind,
    permission: permissionKind,
    scope: scopeKind,
    program: programKind,
    client: clientKind,
    registration: registrationKind,
    publicPage: publicPageKind,
    page: pageKind,
    authorization: authorizationKind,
};
/** What the senders of a row are known by. */
export const senderOf = ({ access }) => kinds[access.kind].sender;
//# sourceMappingURL=kinds.js.map