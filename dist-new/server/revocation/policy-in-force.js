// The policy that this process applies, read again whenever the head of the log says that it changed: the latest version for
// what is about no session, and for each session the policy of its era with what its application overrides.
import { foldEras, withOverrides } from '../policy/eras.js';
import { firstPolicy } from '../policy/policies.js';
import { readVersions } from '../policy/policy-version.js';
export function createPolicyInForce({ database, policyVersionStore, applications, tail }) {
    let eras = { ...foldEras([firstVersion]), head: 0 };
    tail.follow(head => head.policyVersion, async (head) => {
        const written = await policyVersionStore.inUse(database);
        if (written.length > 0)
            eras = { ...foldEras(readVersions(written), applications.overrides()), head: head.policyVersion };
    });
    function now() {
        const overrides = applications.overrides();
        if (overrides !== eras.overrides)
            eras = { ...withOverrides(eras, overrides), head: eras.head };
        return eras;
    }
    return Object.assign(() => eras.latest, {
        /** The policy that a session is judged by. */
        of: (session) => now().of(session),
        /** All of them at this instant, for who must judge by one policy from beginning to end: the same object until one changes. */
        eras: now,
    });
}
const firstVersion = {
    version: 1,
    policy: firstPolicy,
    changed: [],
    apply: 'refresh',
    undoes: null,
    settled: false,
};
//# sourceMappingURL=policy-in-force.js.map