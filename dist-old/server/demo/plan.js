// A whole demo, thought out before a row of it is written: who there is, and what happened to each.
import { diceOf, uuidOf } from './dice.js';
import { aLife } from './lives.js';
import { aPerson } from './people.js';
/** Roles that are made where they are missing. */
export const demoRoles = {
    clerk: ['orders:read', 'orders:write'],
    accountant: ['invoices:read', 'invoices:write', 'orders:read'],
    driver: ['routes:read'],
    warehouse: ['stock:read', 'stock:write'],
    manager: ['invoices:read', 'orders:read', 'reports:read', 'stock:read'],
};
/** Nobody is an administrator: the last one who can sign in could then be demoted. */
const roleShares = [
    [[], 520],
    [['clerk'], 240],
    [['driver'], 90],
    [['warehouse'], 80],
    [['accountant'], 35],
    [['manager'], 18],
    [['manager', 'accountant'], 6],
    [['support'], 6],
    [['clerk', 'support'], 2],
    [['auditor'], 3],
];
export function planDemo(wishes) {
    const { seed, times, firstUserId } = wishes;
    const counts = signInCounts(wishes);
    const taken = new Map();
    let made = 0;
    const rules = {
        times,
        applicationIds: wishes.applicationIds,
        reuse: Math.min(0.02, Math.max(0.0004, 8 / Math.max(1, wishes.sessions))),
        newId: () => uuidOf(seed, firstUserId, ++made),
    };
    const users = Array.from({ length: wishes.users }, (_, index) => {
        const dice = diceOf(seed, 'user', index);
        const createdAt = createdAtOf(index, wishes);
        const person = aPerson(dice, taken, wishes.longestUsername);
        // The third helps the others, so that there is somebody who ends their sessions.
        const roles = index === 2 ? ['support'] : dice.weighted(roleShares);
        return { ...person, id: firstUserId + index, roles, createdAt, ...aLife(dice, rules, createdAt, counts[index]) };
    });
    return { users, times };
}
/** In the order of their ids, the last a few days ago. */
function createdAtOf(index, { users, times }) {
    const span = times.now - times.firstUser - 3 * 86_400_000;
    return Math.floor(times.firstUser + span * ((index + 0.5) / users) ** 0.8);
}
/** How often each signed in: some never, most a few times, a few very often; together exactly as often as was asked for. */
function signInCounts({ seed, users, sessions }) {
    const dice = diceOf(seed, 'counts');
    const weights = Array.from({ length: users }, () => (dice.chance(0.07) ? 0 : 0.3 + dice.wait(1) ** 1.4));
    if (users > 0)
        weights[0] = 1;
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    let sum = 0;
    let given = 0;
    return weights.map((weight, index) => {
        sum += weight;
        const upto = index === users - 1 ? sessions : Math.round((sum / total) * sessions);
        const count = upto - given;
        given = upto;
        return count;
    });
}
//# sourceMappingURL=plan.js.map