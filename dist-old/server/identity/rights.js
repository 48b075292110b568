import { credentialOf, userOf } from '../policy/actor.js';
import { mayAct, mayGive, maySetPassword, rightsBeyond, rightsOf, } from '../policy/permissions.js';
import { refuse } from '../protocol/errors.js';
/** What the actor of a change may do at the moment of the change, whatever their token said when it was issued. */
export function createRights({ userStore }) {
    async function rights(tx, actor) {
        const userId = userOf(actor);
        return rightsIn(userId === null ? [] : await userStore.some(tx, [userId]), actor);
    }
    function rightsIn(found, actor) {
        const actorId = userOf(actor);
        // The command line and the server itself act for whoever runs them.
        if (actorId === null)
            return 'everything';
        const user = found.find(one => one.id === actorId);
        // Not "no rights": who has none may still act on who has none.
        if (!user?.active)
            throw refuse('user_inactive', { ofSender: true });
        const ceiling = credentialOf(actor)?.ceiling;
        // Through another application an administrator, too, may do no more than its token holds.
        return ceiling ? new Set(user.allPermissions.filter(one => ceiling.includes(one))) : rightsOf(user);
    }
    return {
        /** For judging many at once. */
        of: rights,
        may: async (tx, actor, permission) => mayAct(await rights(tx, actor), new Set([permission])),
        /**
         * May the actor turn somebody who may do `before` into somebody who may do `after`? What is given is asked by itself.
         * @throws permission_denied
         */
        async require(tx, actor, before, after = before) {
            if (!mayAct(await rights(tx, actor), before, after))
                throw refuse('permission_denied');
        },
        /** May the actor act on somebody as they are now? Both are read together. @throws not_found, permission_denied */
        async requireOver(tx, actor, userId) {
            const actorId = userOf(actor);
            const found = await userStore.some(tx, actorId === null ? [userId] : [actorId, userId]);
            const user = found.find(one => one.id === userId);
            if (!user)
                throw refuse('not_found');
            if (!mayAct(rightsIn(found, actor), rightsOf(user)))
                throw refuse('permission_denied');
        },
        /** May the actor give all of this? Also asked of who changes a role, before and after. @throws permission_denied */
        async requireGiving(tx, actor, given) {
            if (!mayGive(await rights(tx, actor), given))
                throw refuse('permission_denied');
        },
        /**
         * @returns what whoever sets the password of such a person could thereby use, beside what they may do themselves
         * @throws permission_denied
         */
        async requirePassword(tx, actor, of) {
            const own = await rights(tx, actor);
            if (!maySetPassword(own, of))
                throw refuse('permission_denied');
            return rightsBeyond(own, of);
        },
        /** Whom of these the actor may not act on; whoever it is may always act on themselves. */
        async deniedAmong(tx, actor, userIds) {
            const own = await rights(tx, actor);
            if (own === 'everything')
                return [];
            const others = [...new Set(userIds)].filter(id => id !== userOf(actor));
            return (await userStore.some(tx, others)).filter(user => !mayAct(own, rightsOf(user)));
        },
        /** The same questions for many, of one instant; null where the answer is always yes. */
        async judge(tx, actor) {
            const own = await rights(tx, actor);
            if (own === 'everything')
                return null;
            return (before, after = before, given = new Set()) => mayAct(own, before, after) && mayGive(own, given);
        },
    };
}
//# sourceMappingURL=rights.js.map