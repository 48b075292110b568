import { refuse, refuseField } from '../../protocol/errors.js';
import { requireGoodPassword } from './password-rules.js';
/** A password changed by its owner: all other sessions end, and the own one too unless the policy keeps it. */
export function createOwnPassword(deps) {
    const { database, userStore, sessionStore, guesses, hashing, changes, policy, now } = deps;
    return {
        /**
         * @param sid the session that asks
         * @throws invalid_fields, too_many_guesses, overloaded, user_unknown, session_ended
         */
        async change(userId, sid, { oldPassword, newPassword }, actor) {
            const user = await userStore.find(database, userId);
            if (!user || user.deletedAt !== null)
                throw refuse('user_unknown');
            requireGoodPassword(newPassword, [user.username], policy().password_min_length, 'new_password');
            // Somebody else knows the old one: it is no answer to a demand for another.
            if (user.mustChangePassword && newPassword === oldPassword)
                throw refuseField('new_password', 'password_unchanged');
            const session = await sessionStore.find(database, sid);
            if (session?.userId !== userId)
                throw refuse('session_ended');
            await guesses.count({ kind: 'owner', userId, deviceId: session.deviceId }, async () => {
                const right = await hashing.inSlot(userId, verify => verify(oldPassword, user.passwordHash));
                if (!right)
                    throw wrongPassword();
            });
            const passwordHash = await hashing.hash(newPassword, userId);
            const exceptSid = policy().keep_session_on_password_change ? sid : undefined;
            await changes.run(actor, async (tx, { record, note }) => {
                await userStore.lock(tx, userId);
                const present = await userStore.find(tx, userId);
                // Changed meanwhile: the old password that was checked is no longer the one.
                if (present?.passwordHash !== user.passwordHash || !present.active)
                    throw wrongPassword();
                await userStore.update(tx, userId, { passwordHash, passwordChangedAt: now(), mustChangePassword: false });
                await record('password_changed', { subject: String(userId), exceptSid });
                // The token of the session that stays has no permissions (tokens/issue.ts): it is stale, and a refresh brings them.
                if (present.mustChangePassword && exceptSid)
                    await record('roles_changed', { subject: String(userId) });
                note({ action: 'password_changed', subject: String(userId) });
            });
        },
    };
}
function wrongPassword() {
    return refuseField('old_password', 'old_password_wrong');
}
//# sourceMappingURL=own-password.js.map