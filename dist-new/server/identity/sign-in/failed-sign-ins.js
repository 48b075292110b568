export function createFailedSignIns({ changes }) {
    let pending = [];
    return {
        remember(userId, origin) {
            pending.push({ userId, origin });
        },
        /** Who was hashed for is few a second, so one transaction each is cheap; what fails is tried again the next time. */
        async write() {
            const writing = pending;
            pending = [];
            try {
                for (let one = writing[0]; one; writing.shift(), one = writing[0]) {
                    const { userId, origin } = one;
                    await changes.run({ name: 'system', origin, credential: null }, async (_, { note }) => note({ action: 'sign_in_failed', subject: String(userId) }));
                }
            }
            finally {
                pending.unshift(...writing);
            }
        },
    };
}
//# sourceMappingURL=failed-sign-ins.js.map