export function createUserExport({ database, userStore, userList }) {
    return {
        /** All who are not deleted, by their ids. */
        async *every() {
            for (let after = null;;) {
                const page = await userList.page({}, 'oldest', { after, limit });
                const ids = page.results.map(({ user }) => user.id);
                for (const user of await userStore.some(database, ids))
                    yield exported(user);
                if (page.next === null)
                    return;
                after = page.next;
            }
        },
    };
}
/** How many are read at a time: others are answered between two pages. */
const limit = 100;
function exported(user) {
    return {
        id: user.id,
        username: user.username,
        passwordHash: user.passwordHash,
        firstName: user.firstName,
        lastName: user.lastName,
        email: user.email,
        emailVerified: user.emailVerified,
        active: user.active,
        roles: user.roles,
        permissions: user.permissions,
        mustChangePassword: user.mustChangePassword,
        lastLoginAt: user.lastLoginAt,
        createdAt: user.createdAt,
    };
}
//# sourceMappingURL=user-export.js.map