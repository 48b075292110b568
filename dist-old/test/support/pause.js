/** Holds the first who comes to a place in the code, until it is let go; the others pass. */
export function aPause() {
    let letGo = () => { };
    let arrive = () => { };
    const held = new Promise(resolve => {
        letGo = resolve;
    });
    const reached = new Promise(resolve => {
        arrive = resolve;
    });
    let armed = false;
    return {
        /** The place in the code. */
        async here() {
            if (!armed)
                return;
            armed = false;
            arrive();
            await held;
        },
        /** From now on: what comes before it, such as another sign-in, is not held. */
        arm() {
            armed = true;
        },
        /** Resolves once somebody is held. */
        reached,
        letGo: () => letGo(),
    };
}
//# sourceMappingURL=pause.js.map