import { expect } from 'chai'
import skeleton from 'unhomoglyph'
import { longestPassword, whyNotPassword } from '../../server/policy/password.js'
import { usernameKey, whyNotUsername } from '../../server/policy/username.js'
import { wireText } from '../../server/protocol/problems.js'

describe('a username', () => {
  it('consists of letters and digits of any script and @ . + - _', () => {
    for (const name of ['amy', 'a.b+c-d_e@f', 'Zoé', 'Zoe\u0301', 'Ўткир', '李小龙', '٣٤', 'ß', '𝐚'])
      expect(whyNotUsername(name, 30), name).to.equal(null)
    for (const name of ['', ' ', 'a b', 'a\0', 'a/b', '<b>', 'a\u200bb', 'a\ud800', '💩', 'a\n', "o'brien", 'a\u202eb'])
      expect(wireText(whyNotUsername(name, 30)!), JSON.stringify(name)).to.be.a('string')
  })

  it('is measured in characters, not UTF-16 code units', () => {
    expect(whyNotUsername('𝐚'.repeat(30), 30)).to.equal(null)
    expect(wireText(whyNotUsername('a'.repeat(31), 30)!)).to.equal('Ensure this field has no more than 30 characters.')
  })

  it('is refused when its normalized key does not fit its column', () => {
    // One character that NFKC expands to eighteen.
    expect(usernameKey('\ufdfa').length).to.be.above(15)
    expect(wireText(whyNotUsername('\ufdfa'.repeat(29), 30)!)).to.be.a('string')
  })

  it('is the same in any case and Unicode normalization form', () => {
    for (const [one, other] of [
      ['Amy', 'aMY'],
      ['Zoé', 'ZOE\u0301'],
      ['ﬁn', 'FIN'],
      ['Ａｍｙ', 'amy'],
      ['Å', '\u212b'],
      ['Ǆ', 'ǆ'],
    ] as const)
      expect(usernameKey(one), one).to.equal(usernameKey(other))
    for (const [one, other] of [
      ['zoe', 'zoé'],
      ['amy', 'аmy'],
      ['a.b', 'ab'],
    ] as const)
      expect(usernameKey(one), one).to.not.equal(usernameKey(other))
  })

  it('has a key that is stable: the key of a key is itself', () => {
    for (let code = 1; code < 0x1_0000; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue
      const key = usernameKey(String.fromCharCode(code))
      if (usernameKey(key) !== key) expect.fail(`U+${code.toString(16)}`)
    }
  })
})

describe('a new password', () => {
  const rules = { minLength: 8, isCommon: (password: string) => password === 'iloveyou', skeleton }
  const why = (password: string, personal: string[] = []) => whyNotPassword(password, personal, rules).map(wireText)

  it('has a minimum length, measured in characters, and a maximum length', () => {
    expect(why('sevens7')).to.have.length(1)
    expect(why('🌍🎉🌙🔥🚀🍎🌵')).to.have.length(1)
    expect(why('🌍🎉🌙🔥🚀🍎🌵🐫')).to.deep.equal([])
    expect(why(` a b c${' '.repeat(2)}`)).to.deep.equal([])
    expect(why('abcd'.repeat(longestPassword / 4))).to.deep.equal([])
    expect(why('abcd'.repeat(longestPassword / 4 + 1))).to.have.length(1)
  })

  it('is refused when it is all digits, common in any case, or contains the username', () => {
    expect(why('93847562019')).to.deep.equal(['This password is entirely numeric.'])
    expect(why('٩٣٨٤٧٥٦٢')).to.deep.equal(['This password is entirely numeric.'])
    for (const common of ['ILoveYou', 'ilоvеyоu', 'ｉｌｏｖｅｙｏｕ'])
      expect(why(common), common).to.deep.equal(['This password is too common.'])
    expect(why('xxAMELIAxx', ['amelia'])).to.deep.equal(['The password is too similar to the username.'])
    // A short username is part of too many words.
    expect(why('family tree', ['amy', 'ami'])).to.deep.equal([])
  })

  it('is refused when it repeats a few characters', () => {
    for (const password of ['aaaaaaaa', ' '.repeat(8), 'abababab', 'abcabcabcabc', '💩'.repeat(8), '\u2003'.repeat(9)])
      expect(why(password), password).to.deep.equal(['This password repeats too few characters.'])
  })

  it('is refused when it contains the username in look-alike letters', () => {
    for (const password of [
      'v\u200bamel\u00adia12',
      'a m e l i a 12',
      'xxАМELIАxx',
      'аmеliа2024',
      'AMÉLIA2024',
      'ａｍｅｌｉａ-1',
      'AMΕLIΑ2024',
      'amel1a2024',
      'амеlia77',
    ])
      expect(why(password, ['amelia']), password).to.deep.equal(['The password is too similar to the username.'])
    expect(why('Амелия2024', ['amelia'])).to.deep.equal([])
  })

  it('is refused with all its problems at once', () => {
    expect(why('1234', ['1234'])).to.have.length(3)
  })
})
