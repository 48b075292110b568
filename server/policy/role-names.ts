// The role name for a group of another system. It depends only on the group's name, so that every import finds the same
// role.
import { createHash } from 'node:crypto'
import { isRoleName } from './permissions.js'

const longest = 40

/**
 * Russian, Ukrainian and Uzbek letters in the usual Latin transliteration; letters that NFKD decomposes are not
 * needed here.
 */
const cyrillic: Record<string, string> = {
  а: 'a',
  б: 'b',
  в: 'v',
  г: 'g',
  д: 'd',
  е: 'e',
  ж: 'zh',
  з: 'z',
  и: 'i',
  к: 'k',
  л: 'l',
  м: 'm',
  н: 'n',
  о: 'o',
  п: 'p',
  р: 'r',
  с: 's',
  т: 't',
  у: 'u',
  ф: 'f',
  х: 'kh',
  ц: 'ts',
  ч: 'ch',
  ш: 'sh',
  щ: 'shch',
  ъ: '',
  ы: 'y',
  ь: '',
  э: 'e',
  ю: 'yu',
  я: 'ya',
  є: 'ye',
  і: 'i',
  ґ: 'g',
  қ: 'q',
  ғ: 'g',
  ҳ: 'h',
}

/** `Shop Managers` is `shop-managers`, `Операторы` is `operatory`; a name without such letters gets a hash. */
export function roleNameOf(group: string): string {
  if (isRoleName(group)) return group
  const plain = [...group.normalize('NFKD').toLowerCase()].map(letter => cyrillic[letter] ?? letter).join('')
  const name = plain
    .replace(/[\p{M}'’ʻʼ‘`]/gu, '')
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '')
  if (name === '') return `group-${mark(group)}`
  return cut(/^[a-z]/.test(name) ? name : `group-${name}`, longest)
}

/** A unique role name, for a group whose name another one has already taken. */
export function uniqueRoleName(group: string): string {
  return `${cut(roleNameOf(group), longest - 9)}-${mark(group)}`
}

function mark(group: string): string {
  return createHash('sha256').update(group).digest('hex').slice(0, 8)
}

function cut(name: string, length: number): string {
  return name.slice(0, length).replace(/[-_]+$/, '')
}
