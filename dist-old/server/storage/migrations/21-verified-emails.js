import { addColumns, dropColumns, engineTypes } from './columns.js';
/** Whether somebody else than the person vouches for an address. Of those that are there nobody knows who wrote them. */
export class VerifiedEmails1766000000000 {
    constructor() {
        this.name = 'VerifiedEmails1766000000000';
        this.up = (runner) => addColumns(runner, 'user', columns(runner));
        this.down = (runner) => dropColumns(runner, 'user', Object.keys(columns(runner)));
    }
}
function columns(runner) {
    return { email_verified: `${engineTypes(runner).flag.type} NOT NULL DEFAULT 0` };
}
//# sourceMappingURL=21-verified-emails.js.map