// How this program speaks to its database: on connections that are lent, one to each caller. One file an engine beside this.
import { StorageFailure } from '../storage-failure.js';
/** @throws StorageFailure where the caller was told already that it failed */
export function refuseOver(over) {
    if (over === 'discarded')
        throw new StorageFailure('DEADLINE', 'nobody waits for it any more');
    if (over === 'released')
        throw new Error('a statement on a connection that was given back');
}
export function rowsOf(answer) {
    return 'rows' in answer ? answer.rows : [];
}
//# sourceMappingURL=connections.js.map