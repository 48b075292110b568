// User codes, which a user reads on one device and types on another (RFC 8628 §6.1): eight consonants, so that no words
// come about, shown in two groups. Case, dashes and spaces do not matter when it is typed.

/** RFC 8628 §6.1: 20 letters that are on every keyboard; eight of them are 34.5 bits. */
const alphabet = 'BCDFGHJKLMNPQRSTVWXZ'
const length = 8

/** Cyrillic letters that look like Latin ones, for users with the other keyboard layout. */
const lookalikes: Readonly<Record<string, string>> = { В: 'B', С: 'C', Н: 'H', К: 'K', М: 'M', Р: 'P', Т: 'T', Х: 'X' }

export function newUserCode(random: (size: number) => Buffer): string {
  let code = ''
  // Bytes from 240 on would make the first letters likelier.
  while (code.length < length) for (const byte of random(length)) if (byte < 240) code += alphabet[byte % 20]
  return code.slice(0, length)
}

/** The user code in a typed text; null where there is none. */
export function userCodeIn(typed: string): string | null {
  const letters = typed
    .toUpperCase()
    .replace(/[\s\p{Pd}_.]/gu, '')
    .replace(/[ВСНКМРТХ]/g, letter => lookalikes[letter]!)
  return letters.length === length && [...letters].every(letter => alphabet.includes(letter)) ? letters : null
}

export function shownUserCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`
}
