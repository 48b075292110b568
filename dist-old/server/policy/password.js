import { problem } from '../protocol/problems.js';
/** Longest password that is hashed, in characters: more is no password but a load. */
export const longestPassword = 4_096;
/** Fewer different characters than this are a repetition, however long (NIST SP 800-63B §5.1.1.2). */
const leastVariety = 4;
/** Why a text cannot be a new password, each reason; empty when it can. Nothing is trimmed. */
export function whyNotPassword(password, personal, rules) {
    const found = [];
    if ([...password].length < rules.minLength) {
        found.push(problem('password_too_short', { count: rules.minLength }));
    }
    if (password.length > longestPassword)
        found.push(problem('too_long', { count: longestPassword }));
    if (/^\p{Nd}+$/u.test(password))
        found.push(problem('password_numeric'));
    if (new Set(password).size < leastVariety)
        found.push(problem('password_repetitive'));
    if (personal.some(word => word.length >= 4 && holds(password, word, rules.skeleton))) {
        found.push(problem('password_similar'));
    }
    const plain = password.normalize('NFKC').toLowerCase();
    if ([plain, rules.skeleton(plain)].some(rules.isCommon))
        found.push(problem('password_common'));
    return found;
}
/** In any case: some letters look alike as capitals alone, such as the Cyrillic and the Latin ones of M. */
function holds(password, word, skeleton) {
    const shape = (text) => skeleton(text.normalize('NFKD').replace(/[\p{M}\p{Default_Ignorable_Code_Point}\s]/gu, ''));
    return [(text) => text.toLowerCase(), (text) => text.toUpperCase()].some(cased => shape(cased(password)).includes(shape(cased(word))));
}
/** No letter or digit that is easily taken for another, by the eye or on the telephone: 32 of them, five bits each. */
const legible = 'abcdefghijkmnpqrstuvwxyz23456789';
const groupSize = 4;
const fewestGroups = 4;
/** A password to be given to somebody, in groups that can be read out: 80 bits, or more where more characters are demanded. */
export function makePassword(minLength, random) {
    const groups = Math.max(fewestGroups, Math.ceil((minLength + 1) / (groupSize + 1)));
    const letters = [...random(groups * groupSize)].map(byte => legible[byte % legible.length]);
    return Array.from({ length: groups }, (_, index) => letters.slice(index * groupSize, (index + 1) * groupSize).join('')).join('-');
}
//# sourceMappingURL=password.js.map