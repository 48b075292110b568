// Users found by what is typed into one box, and by where they were seen.
import { isIP } from 'node:net';
import { searchedWords } from '../policy/search-words.js';
import { hasWord, idsByWord } from './user-words.js';
/** One box to type in. An id and a name may look alike. */
export function matches(text) {
    const isAddress = isIP(text) > 0;
    const words = text.includes(':') && isAddress ? null : searchedWords(text);
    const isId = /^\d{1,15}$/.test(text);
    // Each leads to its users by itself: the scan begins with the rarest.
    if (!isId && !isAddress)
        return (words?.map(word => ({ ...hasWord(word), accessPath: among([idsByWord(word)]) })) ?? [{ sql: '1 = 0', values: [] }]);
    const seen = isAddress ? seenFrom(text) : null;
    const any = [
        ...(words ? [hasWord(words[0])] : []),
        ...(isId ? [{ sql: 'u.id = ?', values: [Number(text)] }] : []),
        ...(seen ? [seen] : []),
    ];
    const from = [
        ...(words ? [idsByWord(words[0])] : []),
        ...(isId ? [{ sql: 'u.id AS id FROM user u WHERE u.id = ?', values: [Number(text)] }] : []),
        ...(isAddress ? idsSeenFrom(text) : []),
    ];
    return [
        {
            sql: any.map(({ sql }) => `(${sql})`).join(' OR '),
            values: any.flatMap(({ values }) => values),
            accessPath: among(from),
        },
    ];
}
/** The one word that is looked for, where nothing else is asked: whoever has one is not deleted, so its index knows. */
export function onlyWord({ text, ...others }) {
    if (text === undefined || /^\d+$/.test(text.trim()) || isIP(text.trim()) > 0)
        return null;
    const words = searchedWords(text);
    return words?.length === 1 && Object.values(others).every(other => other === undefined) ? words[0] : null;
}
export function seenFrom(address) {
    const tables = ['session', 'device'];
    return {
        sql: tables.map(name => `EXISTS (SELECT 1 FROM ${name} y WHERE y.user_id = u.id AND y.address = ?)`).join(' OR '),
        values: tables.map(() => address),
        accessPath: among(idsSeenFrom(address)),
    };
}
function idsSeenFrom(address) {
    return ['session', 'device'].map(name => ({
        sql: `user_id AS id FROM ${name} WHERE address = ?`,
        values: [address],
    }));
}
/** Users whose ids come from elsewhere, one row or more each. */
export function among(sources) {
    const table = {
        sql: `(${sources.map(({ sql }) => `SELECT DISTINCT ${sql}`).join(' UNION ')}) x`,
        values: sources.flatMap(({ values }) => values),
    };
    const counted = sources.map(({ sql, values }) => ({ sql: sql.slice(sql.indexOf('FROM ') + 5), values }));
    return { order: null, other: { table, join: 'CROSS JOIN user u ON u.id = x.id', where: null }, counted };
}
//# sourceMappingURL=user-search.js.map