// Who may hash when: hashing is the dearest thing the server does, so it has few slots and a short queue, and some of
// the slots are for those alone who prove a device that they already use.
import { createEqualWork } from './equal-work.js';
import { createSlots } from './slots.js';
import { isOutdatedHash } from './stored-passwords.js';
/**
 * A half each. Strangers have two at the least: below the server's priority one thread gets a fifth of a core that refreshes
 * alone would fill, and two get a third.
 */
export const hashingSlots = (cores) => ({
    strangers: Math.max(2, Math.ceil(cores / 2)),
    deviceProofs: Math.max(1, Math.floor(cores / 2)),
});
export function createHashing({ work, slots, chance, cost, storedKinds, monotonic }) {
    /** How long a hash takes of late, in ms; the later the more it counts. */
    let typical = 0;
    const share = { typical: () => typical, chance };
    const forStrangers = createSlots({ count: slots.strangers, ...share });
    const forDeviceProofs = createSlots({ count: slots.deviceProofs, ...share });
    async function timed(hash) {
        const begun = monotonic();
        const result = await hash;
        typical += (monotonic() - begun - typical) / 4;
        return result;
    }
    const equalWork = createEqualWork({ work, cost, storedKinds, monotonic });
    const verify = (password, encoded) => timed(equalWork.compare(password, encoded));
    return {
        /**
         * @param userId whose password it is; null for a new user's
         * @throws overloaded
         */
        hash(password, userId) {
            return forDeviceProofs.run(userId, () => timed(work.hash(password, cost())));
        },
        /**
         * Waits for a slot and verifies in it. What is looked up for that is looked up then: who waits in vain costs nothing.
         * @param provenUser who proves a device, and so takes the slots that strangers cannot fill; null for strangers
         * @throws overloaded, and what `check` throws
         */
        inSlot(provenUser, check) {
            return (provenUser === null ? forStrangers : forDeviceProofs).run(provenUser, () => check(verify));
        },
        /** Looks which kinds of hash are stored, so that none of them is told by its time. */
        prepare: equalWork.prepare,
        /** Is a stored hash older than the policy, or foreign? */
        isOutdated: (encoded) => isOutdatedHash(encoded, cost()),
    };
}
//# sourceMappingURL=hashing.js.map