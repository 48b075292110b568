export function publicUser(user) {
    return {
        id: user.id,
        username: user.username,
        firstName: user.firstName,
        lastName: user.lastName,
        email: user.email,
        emailVerified: user.emailVerified,
        active: user.active,
        permissions: user.permissions,
        allPermissions: user.allPermissions,
        roles: user.roles,
        lastLoginAt: user.lastLoginAt,
        passwordChangedAt: user.passwordChangedAt,
        mustChangePassword: user.mustChangePassword,
        createdAt: user.createdAt,
        deletedAt: user.deletedAt,
    };
}
//# sourceMappingURL=public-user.js.map