// How long access tokens live at most, by the policy and by what applications override: what the entries of the log reckon
// with. Written down in the transaction that changes either.
import { foldEras } from '../policy/eras.js';
import { readVersions } from '../policy/policy-version.js';
import { overridesOf } from '../storage/applications.js';
export function createAccessLifetime(deps) {
    const { policyVersionStore, applicationStore, revocationStore, now } = deps;
    return {
        /**
         * Of any era and application: while sessions of before get longer tokens, what is written into the log outlives those
         * too. To be called after the change, under the lock of the log's head.
         */
        async write(tx) {
            const versions = readVersions(await policyVersionStore.inUse(tx));
            const overrides = overridesOf(await applicationStore.knownToAll(tx));
            await revocationStore.setLifetime(tx, foldEras(versions, overrides).longestAccessLifetime, now());
        },
    };
}
//# sourceMappingURL=access-lifetime.js.map