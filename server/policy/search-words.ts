// Search words of users: words of their names and of their e-mail address, regardless of case, accents and apostrophes.
// Stored words and typed text pass through the same folding, so it need not be reversible.

/** Longer than any username, and nearly as long as any e-mail address. */
export const longestSearchWord = 190
/** A name may consist of very many words; no search needs more. */
const mostWords = 40

export type SearchedNames = { username: string; firstName: string; lastName: string; email: string }

/** ʻ ʼ ‘ ’ ' ` and similar; Uzbek oʻ and gʻ, and O'Brien, are typed with any of them, or with none. */
const apostrophes = /['`´‘’‛ʻʼʽʹʾʿˈ′＇‵]/gu

/** Letters that NFKD does not decompose. */
const plainLetters: Record<string, string> = {
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  æ: 'ae',
  œ: 'oe',
  ı: 'i',
  ħ: 'h',
  ŧ: 't',
  ς: 'σ',
}
const wholeLetters = new RegExp(`[${Object.keys(plainLetters).join('')}]`, 'gu')

/** Lower case without accents: `Ёлка` is `елка`, `Joʻrayeva` is `jorayeva`. */
export function fold(text: string): string {
  return text
    .replace(apostrophes, '')
    .normalize('NFKD')
    .replace(apostrophes, '')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(wholeLetters, letter => plainLetters[letter]!)
}

/** Separators of words; the characters of usernames and e-mail addresses stay within one. */
const betweenWords = /[^\p{L}\p{N}@.+\-_]+/u
const sign = /[@.+\-_]/

/**
 * The search words of a user. Each extends to the end of the text that contains it: `ann.kim` gives `ann.kim` and
 * `kim`, so that the beginning of any word finds it, also across punctuation. Of an address the part after `@` is one
 * word.
 */
export function searchWordsOf({ username, firstName, lastName, email }: SearchedNames): string[] {
  const names = [username, firstName, lastName].flatMap(chunksOf)
  const words = names.flatMap(chunk => tailsOf(chunk))
  for (const address of chunksOf(email)) {
    const at = address.lastIndexOf('@')
    words.push(...tailsOf(address, at < 0 ? address.length : at + 1))
  }
  const all = [...new Set(words.map(cut))].sort().slice(0, mostWords * 2)
  // A word that is a prefix of another is found with it.
  return all.filter((word, index) => !all[index + 1]?.startsWith(word)).slice(0, mostWords)
}

/**
 * Typed text as prefixes of words that one user must have all of; a prefix of another one is omitted.
 * @returns null where no user can have them all, or the text has no word
 */
export function searchedWords(typed: string): string[] | null {
  const chunks = [...new Set(chunksOf(typed))].sort()
  if (chunks.length === 0 || chunks.length > mostWords || chunks.some(chunk => chunk.length > longestSearchWord))
    return null
  return chunks.filter((chunk, index) => !chunks[index + 1]?.startsWith(chunk))
}

function chunksOf(text: string): string[] {
  return fold(text)
    .split(betweenWords)
    .map(chunk => chunk.replace(/^[@.+\-_]+/, ''))
    .filter(chunk => chunk !== '')
}

/** The tails of a word from each beginning to the end. @param upto no tail begins after it */
function tailsOf(chunk: string, upto = chunk.length): string[] {
  const tails: string[] = []
  for (let at = 0; at < Math.min(upto + 1, chunk.length); at++)
    if ((at === 0 || sign.test(chunk[at - 1]!)) && !sign.test(chunk[at]!)) tails.push(chunk.slice(at))
  return tails
}

/** Shortens a text, but not within a surrogate pair of UTF-16. */
function cut(word: string): string {
  const end = /[\ud800-\udbff]$/.test(word.slice(0, longestSearchWord)) ? longestSearchWord - 1 : longestSearchWord
  return word.slice(0, end)
}
