// What an application says of itself, whose origin is nobody here: its next word takes the place of all that it said, so what
// somebody else wrote there would be lost without a word, and people are told that it calls itself so.
import { isUnseen } from './application-metadata.js';
import { isOfOurs } from './client-document.js';
import { registrableNames } from './registration.js';
/** Only for applications that an administrator has made or taken over. */
const ofSeen = ['first_party', 'permissions', 'token_exchange'];
/** Whether an administrator may have anything to say there of an application of this origin. */
export const isSettable = (origin, name) => !isUnseen({ origin }) || !ofSeen.includes(name);
/** Whether the application says this itself, and nobody else. */
export function saysItself(origin, name) {
    if (origin !== 'registration' && origin !== 'document')
        return false;
    if (name === 'client_name' || name === 'kind')
        return true;
    // Who registers keeps what it was given, and gets no more by asking (RFC 7592 §2.2): that is an administrator's to give.
    if (origin === 'registration')
        return name !== 'scope' && isSettable(origin, name) && registrableNames.includes(name);
    return isSettable(origin, name) && !isOfOurs(name);
}
//# sourceMappingURL=own-description.js.map