// Names that look alike (homoglyphs, confusables). An application that registers itself chooses its name, which users
// see on the consent page; so it must not resemble a name that an administrator has given.

/** Lower-case letters of other scripts, and digits, that look like Latin letters. */
const confusables: Readonly<Record<string, string>> = {
  ...{ а: 'a', в: 'b', ь: 'b', с: 'c', ԁ: 'd', е: 'e', ғ: 'f', ɡ: 'g', һ: 'h', н: 'h', і: 'l', ј: 'j', к: 'k', ӏ: 'l' },
  ...{ м: 'm', п: 'n', о: 'o', р: 'p', ԛ: 'q', г: 'r', ѕ: 's', т: 't', у: 'y', ѵ: 'v', ԝ: 'w', х: 'x', з: 'z' },
  ...{ α: 'a', β: 'b', ϲ: 'c', ε: 'e', η: 'n', ι: 'l', κ: 'k', ν: 'v', ο: 'o', ρ: 'p', τ: 't', υ: 'u', χ: 'x', γ: 'y' },
  // Armenian.
  ...{ ց: 'g', հ: 'h', յ: 'j', ո: 'n', օ: 'o', զ: 'q', ս: 'u' },
  // Small capitals, and other Latin letters that look like another one.
  ...{ ᴀ: 'a', ʙ: 'b', ᴄ: 'c', ᴅ: 'd', ᴇ: 'e', ꜰ: 'f', ɢ: 'g', ʜ: 'h', ɪ: 'l', ᴊ: 'j', ᴋ: 'k', ʟ: 'l', ᴍ: 'm', ɴ: 'n' },
  ...{ ᴏ: 'o', ᴘ: 'p', ʀ: 'r', ꜱ: 's', ᴛ: 't', ᴜ: 'u', ᴠ: 'v', ᴡ: 'w', ʏ: 'y', ᴢ: 'z', ɑ: 'a', ɩ: 'l', ʋ: 'v' },
  ...{ 0: 'o', 1: 'l', 3: 'z', 5: 's', i: 'l', '|': 'l', '!': 'l', ı: 'l', $: 's', '@': 'a' },
}

/** Capital letters that look like another letter than their lower-case form does: Greek, Armenian and Cherokee. */
const confusableCapitals: Readonly<Record<string, string>> = {
  ...{ Η: 'h', Μ: 'm', Ν: 'n', Υ: 'y', Ζ: 'z', Լ: 'l', Տ: 's', Ս: 'u' },
  ...{ Ꭺ: 'a', Ᏼ: 'b', Ꮯ: 'c', Ꭰ: 'd', Ꭼ: 'e', Ꮐ: 'g', Ꮋ: 'h', Ꮖ: 'l', Ꭻ: 'j', Ꮶ: 'k', Ꮮ: 'l', Ꮇ: 'm', Ꮲ: 'p' },
  ...{ Ꭱ: 'r', Ꮢ: 'r', Ꮪ: 's', Ꭲ: 't', Ꮩ: 'v', Ꮃ: 'w', Ꮍ: 'y', Ꮓ: 'z' },
}

/** Stands for an unknown letter amid Latin ones: it may be read as any. */
const any = '*'

/** A form that is equal for names that look alike, whatever stands between their letters. */
function skeletonOf(name: string): string {
  const words = name.toLowerCase().split(/\s+/u)
  return words.map(skeletonOfWord).join('').replaceAll('rn', 'm').replaceAll('vv', 'w')
}

function skeletonOfWord(word: string): string {
  const isLatin = /[a-z]/.test(word)
  const drawn = [...word].map(sign => confusables[sign] ?? sign)
  // Apostrophes are left out: also those that are letters in Unicode (ʻ and ʼ), which look like the others.
  const letters = drawn.filter(sign => /[\p{L}\p{N}]/u.test(sign) && !/\p{Lm}/u.test(sign))
  return letters.map(sign => (isLatin && !/[a-z\d]/.test(sign) ? any : sign)).join('')
}

/** Forms by the lower-case letters, and by the shapes of the capitals: names that share one look alike. */
function skeletonsOf(name: string): string[] {
  // Combining marks are left out, so are dots, spaces and invisible characters, some of which are letters.
  const bare = name.normalize('NFKD').replace(/[\p{M}\p{Default_Ignorable_Code_Point}]/gu, '')
  return [bare, [...bare].map(sign => confusableCapitals[sign] ?? sign).join('')].map(skeletonOf)
}

/** Names of this server, in each of its scripts. */
const ownNames = ['Darvoza', 'Дарвоза'].flatMap(skeletonsOf)

/** @param others names that administrators have given */
export function looksLikeAnother(name: string, others: readonly string[]): boolean {
  const skeletons = skeletonsOf(name)
  return (
    ownNames.some(own => skeletons.some(one => includes(one, own))) ||
    others.some(other =>
      skeletonsOf(other).some(skeleton => skeletons.some(one => skeletonsMatch([...one], [...skeleton]))),
    )
  )
}

function includes(skeleton: string, own: string): boolean {
  const signs = [...skeleton]
  const { length } = [...own]
  return signs.some((_, at) => skeletonsMatch(signs.slice(at, at + length), [...own]))
}

/** A name that is mostly of another script cannot be compared by its few Latin letters. */
function skeletonsMatch(signs: readonly string[], other: readonly string[]): boolean {
  const isSame = signs.length === other.length && signs.every((sign, at) => sign === any || sign === other[at])
  return isSame && 2 * signs.filter(sign => sign === any).length <= signs.length
}
