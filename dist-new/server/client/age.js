export const realClocks = { monotonic: () => performance.now(), wall: () => Date.now() };
/** By which the wall clock may be wrong and still tell an age, in ms. */
const wallTolerance = 5_000;
export function createAges({ monotonic, wall }) {
    /** The latest access token, and how old it was when it was first seen here. */
    let seen = { access: '', at: 0, age: 0 };
    return {
        /** How long the access token lives on, in ms; what has no known age is over. */
        remaining({ access, lifetime, askedAt }) {
            const byWall = wall() - askedAt;
            if (seen.access !== access) {
                const age = byWall < -wallTolerance ? Number.POSITIVE_INFINITY : Math.max(0, byWall);
                seen = { access, at: monotonic(), age };
            }
            return lifetime - Math.max(byWall, seen.age + monotonic() - seen.at);
        },
    };
}
//# sourceMappingURL=age.js.map