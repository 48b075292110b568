// What a group of elsewhere is called here as a role. The name follows from the group's alone, so that every import finds
// the same one.
import { createHash } from 'node:crypto';
import { isRoleName } from './permissions.js';
const longest = 40;
/** Russian, Ukrainian and Uzbek letters as people there write them in Latin script; what NFKD takes apart is not needed here. */
const cyrillic = {
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
};
/** `Shop Managers` is `shop-managers`, `Операторы` is `operatory`; what has no letter of these is told apart by a hash. */
export function roleNameOf(group) {
    if (isRoleName(group))
        return group;
    const plain = [...group.normalize('NFKD').toLowerCase()].map(letter => cyrillic[letter] ?? letter).join('');
    const name = plain
        .replace(/[\p{M}'’ʻʼ‘`]/gu, '')
        .replace(/[^a-z0-9_-]+/g, '-')
        .replace(/^[-_]+|[-_]+$/g, '');
    if (name === '')
        return `group-${mark(group)}`;
    return cut(/^[a-z]/.test(name) ? name : `group-${name}`, longest);
}
/** One that no other group has, for one whose name another has already. */
export function apartRoleName(group) {
    return `${cut(roleNameOf(group), longest - 9)}-${mark(group)}`;
}
function mark(group) {
    return createHash('sha256').update(group).digest('hex').slice(0, 8);
}
function cut(name, length) {
    return name.slice(0, length).replace(/[-_]+$/, '');
}
//# sourceMappingURL=role-names.js.map