// Names that look alike (homoglyphs, confusables). An application that registers itself chooses its name, which a person reads on
// the consent page; so it must not resemble a name that an administrator has given.

/** Letters of other scripts that are drawn as Latin ones are, and digits; in small letters. */
const drawnAlike: Readonly<Record<string, string>> = {
  ...{ а: 'a', в: 'b', ь: 'b', с: 'c', ԁ: 'd', е: 'e', ғ: 'f', ɡ: 'g', һ: 'h', н: 'h', і: 'l', ј: 'j', к: 'k', ӏ: 'l' },
  ...{ м: 'm', п: 'n', о: 'o', р: 'p', ԛ: 'q', г: 'r', ѕ: 's', т: 't', у: 'y', ѵ: 'v', ԝ: 'w', х: 'x', з: 'z' },
  ...{ α: 'a', β: 'b', ϲ: 'c', ε: 'e', η: 'n', ι: 'l', κ: 'k', ν: 'v', ο: 'o', ρ: 'p', τ: 't', υ: 'u', χ: 'x', γ: 'y' },
  // Armenian.
  ...{ ց: 'g', հ: 'h', յ: 'j', ո: 'n', օ: 'o', զ: 'q', ս: 'u' },
  // Small capitals, and other Latin letters that have a twin.
  ...{ ᴀ: 'a', ʙ: 'b', ᴄ: 'c', ᴅ: 'd', ᴇ: 'e', ꜰ: 'f', ɢ: 'g', ʜ: 'h', ɪ: 'l', ᴊ: 'j', ᴋ: 'k', ʟ: 'l', ᴍ: 'm', ɴ: 'n' },
  ...{ ᴏ: 'o', ᴘ: 'p', ʀ: 'r', ꜱ: 's', ᴛ: 't', ᴜ: 'u', ᴠ: 'v', ᴡ: 'w', ʏ: 'y', ᴢ: 'z', ɑ: 'a', ɩ: 'l', ʋ: 'v' },
  ...{ 0: 'o', 1: 'l', 3: 'z', 5: 's', i: 'l', '|': 'l', '!': 'l', ı: 'l', $: 's', '@': 'a' },
}

/** Capital letters that are drawn as those of other letters than their small ones are: Greek, Armenian and Cherokee. */
const capitalsDrawnAlike: Readonly<Record<string, string>> = {
  ...{ Η: 'h', Μ: 'm', Ν: 'n', Υ: 'y', Ζ: 'z', Լ: 'l', Տ: 's', Ս: 'u' },
  ...{ Ꭺ: 'a', Ᏼ: 'b', Ꮯ: 'c', Ꭰ: 'd', Ꭼ: 'e', Ꮐ: 'g', Ꮋ: 'h', Ꮖ: 'l', Ꭻ: 'j', Ꮶ: 'k', Ꮮ: 'l', Ꮇ: 'm', Ꮲ: 'p' },
  ...{ Ꭱ: 'r', Ꮢ: 'r', Ꮪ: 's', Ꭲ: 't', Ꮩ: 'v', Ꮃ: 'w', Ꮍ: 'y', Ꮓ: 'z' },
}

/** In the place of a letter amid Latin ones that is none: whichever it is read as. */
const any = '*'

/** The same for names that look alike, whatever stands between their letters. */
function likenessOf(name: string): string {
  const words = name.toLowerCase().split(/\s+/u)
  return words.map(drawnOf).join('').replaceAll('rn', 'm').replaceAll('vv', 'w')
}

function drawnOf(word: string): string {
  const isLatin = /[a-z]/.test(word)
  const drawn = [...word].map(sign => drawnAlike[sign] ?? sign)
  // Apostrophes are left out: also those that are called letters (ʻ and ʼ), which nobody tells from the others.
  const letters = drawn.filter(sign => /[\p{L}\p{N}]/u.test(sign) && !/\p{Lm}/u.test(sign))
  return letters.map(sign => (isLatin && !/[a-z\d]/.test(sign) ? any : sign)).join('')
}

/** By its small letters, and as it is drawn: what is the same in one of them looks the same. */
function likenessesOf(name: string): string[] {
  // Marks are left out: so are dots, spaces and whatever is not seen, which some letters are not.
  const bare = name.normalize('NFKD').replace(/[\p{M}\p{Default_Ignorable_Code_Point}]/gu, '')
  return [bare, [...bare].map(sign => capitalsDrawnAlike[sign] ?? sign).join('')].map(likenessOf)
}

/** What this server is called, in each of its scripts. */
const ownNames = ['Darvoza', 'Дарвоза'].flatMap(likenessesOf)

/** @param others names that somebody here has given */
export function looksLikeAnother(name: string, others: readonly string[]): boolean {
  const likenesses = likenessesOf(name)
  return (
    ownNames.some(own => likenesses.some(one => includes(one, own))) ||
    others.some(other => likenessesOf(other).some(likeness => likenesses.some(one => isReadAs(one, likeness))))
  )
}

function includes(likeness: string, own: string): boolean {
  return [...likeness].some((_, at) => isReadAs(likeness.slice(at, at + own.length), own))
}

/** Of a name that is mostly of another script nothing is known by its few Latin letters. */
function isReadAs(likeness: string, other: string): boolean {
  const signs = [...likeness]
  const isSame = likeness.length === other.length && signs.every((sign, at) => sign === any || sign === other[at])
  return isSame && 2 * signs.filter(sign => sign === any).length <= signs.length
}
