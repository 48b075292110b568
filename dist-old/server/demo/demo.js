// Fills an installation with people who never were, so that the first look at it is not an empty page. Whatever holds of
// rows that the server wrote holds of these: numbers of the log, ends, generations, the chain of the audit log.
import { requireGoodPassword } from '../identity/people/password-rules.js';
import { ownApplicationId } from '../policy/application-metadata.js';
import { administratorRole } from '../policy/permissions.js';
import { demoApplications } from './applications.js';
import { demoActor, historyOf } from './history.js';
import { demoRoles, planDemo } from './plan.js';
import { writePolicyChanges } from './policy-changes.js';
import { demoTimes } from './spans.js';
import { createWriteDemo } from './write.js';
export function createDemo(deps) {
    const { database, userStore, roleStore, applicationStore, hashing, policy } = deps;
    const write = createWriteDemo(deps);
    async function make({ users: userCount, sessions, seed, password, onProgress }) {
        if (password !== null)
            requireGoodPassword(password, [], policy().password_min_length, 'password');
        // One hash for all; without a password it is of one that nobody knows.
        const passwordHash = await hashing.hash(password ?? deps.random(32).toString('base64url'), null);
        await deps.tail.readNow();
        const times = demoTimes(deps.now(), policy());
        await makeRoles();
        const made = await makeApplications(times.firstUser);
        const plan = planDemo({
            seed,
            users: userCount,
            sessions,
            times,
            longestUsername: Math.min(30, policy().username_max_length),
            firstUserId: await reserveIds(userCount),
            applicationIds: await idsThatPeopleUse(),
        });
        const [administrator] = await database.transaction(tx => userStore.lockHolders(tx, administratorRole));
        const boss = administrator === undefined ? demoActor : `user:${administrator}`;
        const history = historyOf(plan, {
            ...{ seed, boss, applications: made },
            policyChanges: await writePolicyChanges(deps, times),
        });
        await freeNames(plan);
        const rules = { passwordHash, grace: policy().reuse_grace * 1000, policyVersion: policy.eras().version };
        return write({ plan, history, seed }, rules, onProgress ?? (() => { }));
    }
    function makeRoles() {
        return database.transaction(async (tx) => {
            for (const [name, permissions] of Object.entries(demoRoles))
                if (!(await roleStore.lock(tx, name)))
                    await roleStore.insert(tx, { name, permissions: [...permissions], builtIn: false });
        });
    }
    /** @returns those that were not there */
    function makeApplications(createdAt) {
        return database.transaction(async (tx) => {
            const missing = [];
            for (const application of demoApplications(createdAt))
                if (!(await applicationStore.find(tx, application.id)))
                    missing.push(application);
            for (const application of missing)
                await applicationStore.insert(tx, application);
            return missing;
        });
    }
    /** Our own, and those that people sign in to by codes. */
    async function idsThatPeopleUse() {
        const found = await applicationStore.some(database, await applicationStore.activeIds(database));
        const used = found.filter(({ id, metadata }) => {
            return id === ownApplicationId || metadata.grant_types?.includes('authorization_code');
        });
        return used.map(one => one.id).sort();
    }
    /** @returns the first of so many ids that follow each other */
    function reserveIds(count) {
        return database.transaction(async (tx) => {
            const first = await userStore.nextId(tx);
            await userStore.nextId(tx, first + count - 1);
            return first;
        });
    }
    /** Who was there before keeps the name. */
    async function freeNames({ users: people }) {
        for (let from = 0; from < people.length; from += 500) {
            const some = people.slice(from, from + 500);
            const taken = await userStore.takenKeys(database, some.map(user => user.username));
            for (const user of some)
                if (taken.has(user.username))
                    user.username = `${user.username.slice(0, 20)}.${user.id}`;
        }
    }
    return {
        /** Is there anybody beside administrators? */
        hasPeople: () => userStore.anyoneWithout(database, administratorRole),
        /** @throws invalid_fields, database_unavailable */
        make,
    };
}
//# sourceMappingURL=demo.js.map