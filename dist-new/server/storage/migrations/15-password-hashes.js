import { moveIndices } from './indices.js';
const index = { user: { user_password_hash: ['password_hash'] } };
/** Which kinds of hash the table holds is asked every minute, and must not read every row. */
export class PasswordHashes1765400000000 {
    constructor() {
        this.name = 'PasswordHashes1765400000000';
        this.up = (runner) => moveIndices(runner, { from: {}, to: index });
        this.down = (runner) => moveIndices(runner, { from: index, to: {} });
    }
}
//# sourceMappingURL=15-password-hashes.js.map