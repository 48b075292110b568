// Finds users by text in one search box, and by addresses of sign-ins.
import { isIP } from 'node:net'
import { searchedWords } from '../policy/search-words.js'
import type { Condition, Filter } from './keyset-scan.js'
import { hasWord, idsByWord } from './user-words.js'

/** Filters for the text of the search box. An id and a name may look alike. */
export function matches(text: string): Filter[] {
  const isAddress = isIP(text) > 0
  const words = text.includes(':') && isAddress ? null : searchedWords(text)
  const isId = /^\d{1,15}$/.test(text)
  // Each filter has an access path to its users: the scan begins with the rarest.
  if (!isId && !isAddress)
    return (
      words?.map(word => ({ ...hasWord(word), accessPath: byIdsFrom([idsByWord(word)]) })) ?? [
        { sql: '1 = 0', values: [] },
      ]
    )
  const seen = isAddress ? usedAddress(text) : null
  const any = [
    ...(words ? [hasWord(words[0]!)] : []),
    ...(isId ? [{ sql: 'u.id = ?', values: [Number(text)] }] : []),
    ...(seen ? [seen] : []),
  ]
  const from = [
    ...(words ? [idsByWord(words[0]!)] : []),
    ...(isId ? [{ sql: 'u.id AS id FROM user u WHERE u.id = ?', values: [Number(text)] }] : []),
    ...(isAddress ? idsSeenFrom(text) : []),
  ]
  return [
    {
      sql: any.map(({ sql }) => `(${sql})`).join(' OR '),
      values: any.flatMap(({ values }) => values),
      accessPath: byIdsFrom(from),
    },
  ]
}

/** The one word of a search without other filters: no deleted user has words, so the index alone answers. */
export function singleWord({ text, ...others }: { text?: string | undefined }): string | null {
  if (text === undefined || /^\d+$/.test(text.trim()) || isIP(text.trim()) > 0) return null
  const words = searchedWords(text)
  return words?.length === 1 && Object.values(others).every(other => other === undefined) ? words[0]! : null
}

export function usedAddress(address: string): Filter {
  const tables = ['session', 'device']
  return {
    sql: tables.map(name => `EXISTS (SELECT 1 FROM ${name} y WHERE y.user_id = u.id AND y.address = ?)`).join(' OR '),
    values: tables.map(() => address),
    accessPath: byIdsFrom(idsSeenFrom(address)),
  }
}

function idsSeenFrom(address: string): Condition[] {
  return ['session', 'device'].map(name => ({
    sql: `user_id AS id FROM ${name} WHERE address = ?`,
    values: [address],
  }))
}

/** Access path to users by ids from other tables, one row or more each. */
export function byIdsFrom(sources: readonly Condition[]): NonNullable<Filter['accessPath']> {
  const table = {
    sql: `(${sources.map(({ sql }) => `SELECT DISTINCT ${sql}`).join(' UNION ')}) x`,
    values: sources.flatMap(({ values }) => values),
  }
  const counted = sources.map(({ sql, values }) => ({ sql: sql.slice(sql.indexOf('FROM ') + 5), values }))
  return { order: null, other: { table, join: 'CROSS JOIN user u ON u.id = x.id', where: null }, counted }
}
