// What people are found by: written in the transaction that writes their names.
import { searchWordsOf } from '../policy/search-words.js';
import { insertRows } from './bulk.js';
import { prefixRange } from './statement.js';
const searched = ['username', 'firstName', 'lastName', 'email'];
/** Does a change touch what somebody is found by? */
export function changesWords(changes) {
    return searched.some(name => changes[name] !== undefined);
}
/** Of users who are new. */
export function insertWords(tx, users) {
    return insertRows(tx, 'user_word', users.flatMap(wordRows));
}
/** Of a user whose names have changed; a deleted one has none left. */
export async function rewriteWords(tx, id) {
    const [names] = await tx.read('SELECT username, first_name AS firstName, last_name AS lastName, email FROM user WHERE id = ?', [id]);
    await tx.write('DELETE FROM user_word WHERE user_id = ?', [id]);
    if (names)
        await insertWords(tx, [{ id, ...names }]);
}
function wordRows({ id, username, firstName, lastName, email }) {
    return searchWordsOf({ username, firstName, lastName, email }).map(word => ({ userId: id, word }));
}
/** A user `u` has a word that begins like this. */
export function hasWord(beginning) {
    return {
        sql: 'EXISTS (SELECT 1 FROM user_word w WHERE w.user_id = u.id AND w.word >= ? AND w.word < ?)',
        values: prefixRange(beginning),
    };
}
/** The ids of those who have, some of them more than once. */
export function idsByWord(beginning) {
    return { sql: 'user_id AS id FROM user_word WHERE word >= ? AND word < ?', values: prefixRange(beginning) };
}
const highestCount = 10_000;
/** How many users have a word that begins like this, as the index knows it. */
export async function countByWord(tx, beginning) {
    const [row] = await tx.read(`SELECT COUNT(*) AS count FROM
       (SELECT DISTINCT user_id FROM user_word WHERE word >= ? AND word < ? LIMIT ${highestCount + 1}) t`, prefixRange(beginning));
    const { count } = row;
    return { count: Math.min(count, highestCount), more: count > highestCount };
}
//# sourceMappingURL=user-words.js.map