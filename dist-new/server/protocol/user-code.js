// What a person reads on one device and types on another (RFC 8628 §6.1): eight consonants, so that no words come about, shown
// in two groups. Case, dashes and spaces do not matter when it is typed.
/** RFC 8628 §6.1: 20 letters that are on every keyboard; eight of them are 34.5 bits. */
const alphabet = 'BCDFGHJKLMNPQRSTVWXZ';
const length = 8;
/** Cyrillic letters that look like ours, for whoever reads a code and has the other layout on. */
const lookalikes = { В: 'B', С: 'C', Н: 'H', К: 'K', М: 'M', Р: 'P', Т: 'T', Х: 'X' };
export function newUserCode(random) {
    let code = '';
    // Bytes from 240 on would make the first letters likelier.
    while (code.length < length)
        for (const byte of random(length))
            if (byte < 240)
                code += alphabet[byte % 20];
    return code.slice(0, length);
}
/** What was meant by what was typed; null where it is no user code. */
export function userCodeIn(typed) {
    const letters = typed
        .toUpperCase()
        .replace(/[\s\p{Pd}_.]/gu, '')
        .replace(/[ВСНКМРТХ]/g, letter => lookalikes[letter]);
    return letters.length === length && [...letters].every(letter => alphabet.includes(letter)) ? letters : null;
}
export function shownUserCode(code) {
    return `${code.slice(0, 4)}-${code.slice(4)}`;
}
//# sourceMappingURL=user-code.js.map