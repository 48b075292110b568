// What counts a guess at a password, or at an application's secret, and how much of it an hour takes. The rule behind the table: nobody can use up what
// somebody needs who proves a device that they already use.
import { networkOf } from './network.js';
/** How long a bucket counts, in seconds. Windows begin at full hours, so that every server has the same ones. */
export const guessWindow = 3_600;
/** @param limit the policy `sign_in_guesses_per_hour` */
export function bucketsOf(guesser, limit) {
    switch (guesser.kind) {
        case 'device':
            // No network's bucket: whoever shares the owner's address could fill it.
            return [{ of: ['device', String(guesser.userId), guesser.deviceId], limit, name: 'device', told: true }];
        case 'owner':
            // Not the bucket above: whoever has a stolen access token could fill it, and the owner's next sign-in be refused.
            return [{ of: ['owner', String(guesser.userId), guesser.deviceId], limit, name: 'device', told: true }];
        case 'application': {
            const { applicationId, address } = guesser;
            // Servers behind one address are many, and one that has a secret of yesterday tries without end.
            const of = ['application', applicationId, networkOf(address)];
            return address === '' ? [] : [{ of, limit: 10 * limit, name: 'application', told: false }];
        }
        case 'apiKey':
            // Nobody guesses 32 random bytes: so that they do not cost a read of the database each.
            return guesser.address === ''
                ? []
                : [{ of: ['api key', networkOf(guesser.address)], limit: 10 * limit, name: 'network', told: false }];
        case 'userCode': {
            const { userId, address } = guesser;
            // Of the person, not of one session: a new sign-in gives no new guesses.
            const ofPerson = { of: ['user code', String(userId)], limit, name: 'user', told: false };
            if (address === '')
                return [ofPerson];
            // An office types wrongly more often than one person, and shares an address.
            const of = ['user code from network', networkOf(address)];
            return [ofPerson, { of, limit: 10 * limit, name: 'network', told: false }];
        }
        case 'stranger': {
            const { usernameKey, address } = guesser;
            // What is left of it would tell whether others try this username too, and so whether it exists.
            const ofUser = { of: ['user', usernameKey], limit, name: 'user', told: false };
            // A proxy that does not say who came: one bucket for all of them would be filled by any of them.
            if (address === '')
                return [ofUser];
            const network = networkOf(address);
            return [
                ofUser,
                { of: ['user from network', network, usernameKey], limit, name: 'user', told: true },
                { of: ['network', network], limit: 10 * limit, name: 'network', told: true },
            ];
        }
    }
}
/** The number of the window that an instant lies in, and its end; epoch ms. */
export function windowOf(now) {
    const length = guessWindow * 1000;
    const number = Math.floor(now / length);
    return { number, endsAt: (number + 1) * length };
}
//# sourceMappingURL=guesses.js.map