// The hand of the operator: a third process of the system beside the two servers, as the command line is. It makes users
// and carries out what has no HTTP route.
import bcrypt from 'bcrypt';
import { readSettings } from '../../../config/settings.js';
import { compose } from '../../../server/compose.js';
import { Refusal } from '../../../server/protocol/errors.js';
import { aClient } from '../../support/client.js';
import { password } from '../../support/server.js';
/** Who the audit log says it was. */
export const actor = 'operator:fault';
/** Made by the first server that starts. */
export const administrator = { username: 'admin', password };
const silent = { debug: () => { }, info: () => { }, warn: () => { }, error: () => { } };
/** bcrypt's real cost is for production: what is tried here is not the hash. */
const cost = 4;
const passwordHash = bcrypt.hashSync(password, cost);
let count = 0;
/** @param env what a server is started with */
export async function aControl(env) {
    const composed = await compose(readSettings(env), { log: silent });
    await composed.migrate();
    // All sign in from one address; and a right password whose server is killed before it says so stays counted as a guess.
    const policy = { password_cost: cost, sign_in_guesses_per_hour: 10_000 };
    await composed.parts.policies.policies.set(policy, 'system', 'fault driver');
    // Its own hashing follows the policy from here on.
    await composed.parts.revocation.tail.readNow();
    return {
        parts: composed.parts,
        close: composed.close,
        async aPerson() {
            return insist(async () => {
                // A new name each time: the one before may have been committed and not answered.
                const username = `person${++count}`;
                const { id } = await composed.parts.people.users.importOne({ username, passwordHash }, actor);
                return { id, username, password };
            });
        },
    };
}
/** Tries again what the database could not do at the moment, for as long as that takes. */
export async function insist(attempt) {
    for (;;) {
        try {
            return await attempt();
        }
        catch (error) {
            if (!isPassing(error))
                throw error;
            await new Promise(resolve => setTimeout(resolve, 50));
        }
    }
}
export function isPassing(error) {
    return error instanceof Refusal && error.status === 503;
}
/** Signs in, however often a busy server says that it cannot at the moment. */
export async function signIn(server, person, more = {}) {
    for (;;) {
        const { username, password } = person;
        const answer = await aClient(server).post('/api/token/', { username, password, ...more });
        if (answer.status === 200)
            return answer.body;
        if (answer.status !== 503)
            throw new Error(`a sign-in was answered ${answer.status} ${answer.text}`);
        await new Promise(resolve => setTimeout(resolve, 100));
    }
}
//# sourceMappingURL=control.js.map