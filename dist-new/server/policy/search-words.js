// How people are found by what is typed: words of their names and of their e-mail address, however case, accents and
// apostrophes are written. What is stored and what is typed pass through the same folding, so that it need not be reversible.
/** Longer than any username, and nearly as long as any e-mail address. */
export const longestSearchWord = 190;
/** A name may be made of very many; nobody is looked for by more. */
const mostWords = 40;
/** ʻ ʼ ‘ ’ ' ` and their like; Uzbek oʻ and gʻ, and O'Brien, are typed with any of them, or with none. */
const apostrophes = /['`´‘’‛ʻʼʽʹʾʿˈ′＇‵]/gu;
/** Letters that NFKD leaves whole. */
const plainLetters = {
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
};
const wholeLetters = new RegExp(`[${Object.keys(plainLetters).join('')}]`, 'gu');
/** Lower case without accents: `Ёлка` is `елка`, `Joʻrayeva` is `jorayeva`. */
export function fold(text) {
    return text
        .replace(apostrophes, '')
        .normalize('NFKD')
        .replace(apostrophes, '')
        .replace(/\p{M}/gu, '')
        .toLowerCase()
        .normalize('NFKD')
        .replace(/\p{M}/gu, '')
        .replace(wholeLetters, letter => plainLetters[letter]);
}
/** What stands between words; the characters of usernames and e-mail addresses stay within one. */
const betweenWords = /[^\p{L}\p{N}@.+\-_]+/u;
const sign = /[@.+\-_]/;
/**
 * The words of a person. Each goes on to the end of what it stands in: of `ann.kim` there are `ann.kim` and `kim`, so that
 * the beginning of any word finds it, also across a sign. Of an address the part behind `@` is one word.
 */
export function searchWordsOf({ username, firstName, lastName, email }) {
    const names = [username, firstName, lastName].flatMap(chunksOf);
    const words = names.flatMap(chunk => tailsOf(chunk));
    for (const address of chunksOf(email)) {
        const at = address.lastIndexOf('@');
        words.push(...tailsOf(address, at < 0 ? address.length : at + 1));
    }
    const all = [...new Set(words.map(cut))].sort().slice(0, mostWords * 2);
    // Whatever is the beginning of another is found with it.
    return all.filter((word, index) => !all[index + 1]?.startsWith(word)).slice(0, mostWords);
}
/**
 * What is typed, as prefixes of words that one user must have all of; the shorter ones that begin others are left out.
 * @returns null where nobody can have them all, or nothing that could be a word was typed
 */
export function searchedWords(typed) {
    const chunks = [...new Set(chunksOf(typed))].sort();
    if (chunks.length === 0 || chunks.length > mostWords || chunks.some(chunk => chunk.length > longestSearchWord))
        return null;
    return chunks.filter((chunk, index) => !chunks[index + 1]?.startsWith(chunk));
}
function chunksOf(text) {
    return fold(text)
        .split(betweenWords)
        .map(chunk => chunk.replace(/^[@.+\-_]+/, ''))
        .filter(chunk => chunk !== '');
}
/** From each beginning of a word to the end. @param upto no word begins behind it */
function tailsOf(chunk, upto = chunk.length) {
    const tails = [];
    for (let at = 0; at < Math.min(upto + 1, chunk.length); at++)
        if ((at === 0 || sign.test(chunk[at - 1])) && !sign.test(chunk[at]))
            tails.push(chunk.slice(at));
    return tails;
}
/** Not through the middle of a sign that UTF-16 writes in two. */
function cut(word) {
    const end = /[\ud800-\udbff]$/.test(word.slice(0, longestSearchWord)) ? longestSearchWord - 1 : longestSearchWord;
    return word.slice(0, end);
}
//# sourceMappingURL=search-words.js.map