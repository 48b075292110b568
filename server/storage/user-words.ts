// Search words of users: written in the transaction that writes their names.
import { type SearchedNames, searchWordsOf } from '../policy/search-words.js'
import { insertRows } from './bulk.js'
import type { Queries } from './database.js'
import type { Condition, Counted } from './keyset-scan.js'
import { prefixRange } from './statement.js'

type Named = SearchedNames & { id: number }

const searched = ['username', 'firstName', 'lastName', 'email'] as const satisfies (keyof SearchedNames)[]

/** Whether a change affects the words by which a user is found. */
export function changesWords(changes: Partial<SearchedNames>): boolean {
  return searched.some(name => changes[name] !== undefined)
}

/** Inserts the words of new users. */
export function insertWords(tx: Queries, users: readonly Named[]): Promise<void> {
  return insertRows(tx, 'user_word', users.flatMap(wordRows))
}

/** Replaces the words of a user whose names have changed; a deleted one has none left. */
export async function rewriteWords(tx: Queries, id: number): Promise<void> {
  const [names] = await tx.read<SearchedNames>(
    'SELECT username, first_name AS firstName, last_name AS lastName, email FROM user WHERE id = ?',
    [id],
  )
  await tx.write('DELETE FROM user_word WHERE user_id = ?', [id])
  if (names) await insertWords(tx, [{ id, ...names }])
}

function wordRows({ id, username, firstName, lastName, email }: Named): { userId: number; word: string }[] {
  return searchWordsOf({ username, firstName, lastName, email }).map(word => ({ userId: id, word }))
}

/** Condition: user `u` has a word that begins with a text. */
export function hasWord(beginning: string): Condition {
  return {
    sql: 'EXISTS (SELECT 1 FROM user_word w WHERE w.user_id = u.id AND w.word >= ? AND w.word < ?)',
    values: prefixRange(beginning),
  }
}

/** Ids of users with a word that begins with a text, some of them more than once. */
export function idsByWord(beginning: string): Condition {
  return { sql: 'user_id AS id FROM user_word WHERE word >= ? AND word < ?', values: prefixRange(beginning) }
}

const highestCount = 10_000

/** How many users have a word that begins with a text, from the index alone. */
export async function countByWord(tx: Queries, beginning: string): Promise<Counted> {
  const [row] = await tx.read<{ count: number }>(
    `SELECT COUNT(*) AS count FROM
       (SELECT DISTINCT user_id FROM user_word WHERE word >= ? AND word < ? LIMIT ${highestCount + 1}) t`,
    prefixRange(beginning),
  )
  const { count } = row!
  return { count: Math.min(count, highestCount), more: count > highestCount }
}
