// What the floors below say about fields, and the text of the pages that says the same. A test finds every sentence that
// has no row here (test/unit/texts.test.ts).
export const problemTexts: readonly { pattern: RegExp; key: string }[] = [
  { pattern: /^This field is required\.$/, key: 'problems.required' },
  { pattern: /^This field may not be (blank|null)\.$/, key: 'problems.required' },
  { pattern: /^Not a (valid string|permission)\.$/, key: 'problems.unusable' },
  { pattern: /^(Null|Surrogate|Control) characters are not allowed/, key: 'problems.unusable' },
  { pattern: /^Ensure this field has no more than (?<count>\d+) characters\.$/, key: 'problems.tooLong' },
  { pattern: /^Enter a valid email address\.$/, key: 'problems.email' },
  { pattern: /^Enter a valid username\./, key: 'problems.username' },
  { pattern: /^A user with that username already exists\.$/, key: 'problems.usernameTaken' },
  { pattern: /^(Your old|Your) password was entered incorrectly\./, key: 'problems.passwordWrong' },
  {
    pattern: /^This password is too short\. It must contain at least (?<count>\d+) characters\.$/,
    key: 'problems.passwordShort',
  },
  { pattern: /^This password is entirely numeric\.$/, key: 'problems.passwordNumeric' },
  { pattern: /^This password is too common\.$/, key: 'problems.passwordCommon' },
  { pattern: /^The password is too similar to the username\.$/, key: 'problems.passwordSimilar' },
  { pattern: /^The new password is the old one\./, key: 'problems.passwordSame' },
  { pattern: /^There is no role (?<name>.+)\.$/, key: 'problems.noRole' },
  { pattern: /^(?<name>.+) is no permission\.$/, key: 'problems.noPermission' },
]
