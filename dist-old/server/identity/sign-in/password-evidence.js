export function createPasswordEvidence({ userStore, policy, now }) {
    async function updateUser(tx, { user, newHash }) {
        const changes = {
            ...(policy().update_last_login && { lastLoginAt: now() }),
            ...(newHash && { passwordHash: newHash }),
        };
        if (Object.keys(changes).length > 0)
            await userStore.update(tx, user.id, changes);
    }
    return (checked) => ({
        userId: checked.user.id,
        seq: checked.seq,
        authenticatedAt: checked.at,
        /** The name too: it may be somebody else's by now. */
        async stillHolds(tx, { passwordHash, usernameKey }) {
            if (passwordHash !== checked.user.passwordHash || usernameKey !== checked.user.usernameKey)
                return false;
            await updateUser(tx, checked);
            return true;
        },
    });
}
//# sourceMappingURL=password-evidence.js.map