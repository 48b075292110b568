// Search words of users: which typed text finds a user.
import { expect } from 'chai'
import { fold, longestSearchWord, searchedWords, searchWordsOf } from '../../server/policy/search-words.js'

const nobody = { username: '', firstName: '', lastName: '', email: '' }

/** Decides like the index: each typed word is the beginning of a search word. */
function finds(person: Partial<typeof nobody>, typed: string): boolean {
  const words = searchWordsOf({ ...nobody, ...person })
  return searchedWords(typed)?.every(beginning => words.some(word => word.startsWith(beginning))) ?? false
}

describe('user search', () => {
  const anna = { username: 'a.kim-2', firstName: 'Anna Maria', lastName: 'Kim', email: 'anna.k+shop@mail.example.com' }

  it('finds a user by the beginnings of words in any order, when all of them match', () => {
    for (const typed of [
      'Anna Kim',
      'Kim Anna',
      'kim, anna',
      'mar',
      'MARIA KI',
      ' a.k ',
      'kim-2',
      '2',
      'anna anna',
      'k a m',
    ])
      expect(finds(anna, typed), typed).to.equal(true)
    for (const typed of ['nna', 'Anna Lee', 'im', 'annak', 'kim-3', 'Kimberly'])
      expect(finds(anna, typed), typed).to.equal(false)
  })

  it('finds a user by the beginning of the e-mail address, and by the domain after the @', () => {
    for (const typed of [
      'anna.k+shop@mail.example.com',
      'ANNA.K+',
      'shop@mail',
      '@mail.example',
      'mail.example.com',
      'kim @mail',
    ])
      expect(finds(anna, typed), typed).to.equal(true)
    for (const typed of ['@example.com', 'example', 'com', 'anna@mail'])
      expect(finds(anna, typed), typed).to.equal(false)
  })

  it('finds a name with any apostrophe, or with none', () => {
    for (const written of ["Jo'rayeva", 'Joʻrayeva', 'Joʼrayeva', 'Jo‘rayeva', 'Jo’rayeva', 'Jo`rayeva', 'Jo´rayeva'])
      for (const typed of ["jo'ray", 'Joʻrayeva', 'joʼr', 'jo‘r', 'JO’RAY', 'jo`r', 'jo´r', 'jorayeva'])
        expect(finds({ lastName: written }, typed), `${written} by ${typed}`).to.equal(true)
    expect(finds({ firstName: 'Gʻulom' }, "G'")).to.equal(true)
    expect(finds({ lastName: 'O’Brien' }, 'obri')).to.equal(true)
  })

  it('ignores case and accents, and does not transliterate between Cyrillic and Latin', () => {
    const pairs: [string, string][] = [
      ['Ёлкина', 'елк'],
      ['Елкина', 'ЁЛК'],
      ['Егорова', 'егорова'],
      ['Мария', 'МАР'],
      ['Жўраева', 'жўр'],
      ['José', 'jose'],
      ['Jose\u0301', 'JOSÉ'],
      ['Łukasz', 'lukasz'],
      ['Straße', 'STRASSE'],
      ['İbrahim', 'ibrahim'],
      ['Ｊｏｅ', 'joe'],
      ['Σοφός', 'σοφοσ'],
    ]
    for (const [written, typed] of pairs)
      expect(finds({ firstName: written }, typed), `${written} by ${typed}`).to.equal(true)
    expect(finds({ firstName: 'Мария' }, 'maria')).to.equal(false)
    expect(fold(fold('Ёлка Joʻra'))).to.equal(fold('Ёлка Joʻra'))
  })

  it('refuses text without a word, with an overlong word, or with more than 40 words', () => {
    for (const typed of ['', '   ', '%', '–', '@', "'", '...', '\u0301'])
      expect(searchedWords(typed), JSON.stringify(typed)).to.equal(null)
    expect(searchedWords('x'.repeat(longestSearchWord + 1))).to.equal(null)
    expect(searchedWords(Array.from({ length: 41 }, (_, index) => `w${index}`).join(' '))).to.equal(null)
  })

  it('indexes at most 40 words per user, of bounded length, and none that is a prefix of another', () => {
    expect(searchWordsOf({ ...nobody, username: 'anna', firstName: 'Anna', email: 'anna@a.example' })).to.deep.equal([
      'a.example',
      'anna@a.example',
    ])
    const many = searchWordsOf({ ...nobody, firstName: 'a b c d e f g h '.repeat(9), lastName: '𝒜-'.repeat(75) })
    expect(many.length).to.be.at.most(40)
    const long = searchWordsOf({ ...nobody, email: `${'😀a'.repeat(80)}@example.com` })
    for (const word of long) expect(word.length).to.be.at.most(longestSearchWord)
    expect(searchWordsOf(nobody)).to.deep.equal([])
  })
})
