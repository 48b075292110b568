// Users, devices and sessions in any number, copied inside the database from rows written by the server: defaults of
// columns need not be known here, and no rows are sent over a connection.
import type { Database } from '../../server/storage/database.js'

/** `write` uses a connection without the short statement timeout of a server. */
export type Ground = { database: Database; write: (statement: string) => Promise<void> }

export type Size = { users: number; sessions: number }

/** The number of sessions of each crowd user; crowd users are for bulk ends. */
export const crowdSessions = 200
export const crowdOf = (index: number) => firstId - 1 - index
export const crowds = 10

const firstId = 1_000_001
const day = 86_400_000
const chunk = 100_000

/** An SQL expression for a pseudorandom UUID, the same in each run. */
const uuid = (prefix: string, number: string) =>
  [9, 14, 19, 24].reduce((text, at) => `INSERT(${text}, ${at}, 0, '-')`, `MD5(CONCAT('${prefix}', ${number}))`)

/**
 * Copies one row `count` times.
 * @param changes SQL expressions by column, in which `n.seq` counts from 1
 */
async function copy(ground: Ground, table: string, where: string, count: number, changes: Record<string, string>) {
  const { database, write } = ground
  const columns = await database.read<{ name: string }>(
    `SELECT column_name AS name FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position`,
    [table],
  )
  const names = columns.map(({ name }) => name)
  const values = names.map(name => changes[name] ?? `t.${name}`)
  for (let from = 1; from <= count; from += chunk)
    await write(
      `INSERT INTO ${table} (${names.join(', ')}) SELECT ${values.join(', ')}
       FROM (SELECT * FROM ${table} WHERE ${where} LIMIT 1) t
       CROSS JOIN seq_${from}_to_${Math.min(from + chunk - 1, count)} n`,
    )
}

/** @param template id of a user who has signed in once */
export async function fill(ground: Ground, template: number, { users, sessions }: Size, now: number) {
  const person = (number: string) => `${firstId} + (${number}) MOD ${users}`
  await copy(ground, 'user', `id = ${template}`, users, {
    id: `${firstId - 1} + n.seq`,
    username: "CONCAT('user', n.seq)",
    username_key: "CONCAT('user', n.seq)",
    first_name: "CONCAT('first', n.seq MOD 997)",
    last_name: "CONCAT('last', n.seq MOD 9973)",
    email: "CONCAT('user', n.seq, '@example.com')",
    email_key: "CONCAT('user', n.seq, '@example.com')",
  })
  await copy(ground, 'user', `id = ${template}`, crowds, {
    id: `${firstId} - n.seq`,
    username: "CONCAT('crowd', n.seq)",
    username_key: "CONCAT('crowd', n.seq)",
  })
  const words = ["CONCAT('user', n.seq)", "CONCAT('first', n.seq MOD 997)", "CONCAT('last', n.seq MOD 9973)"]
  for (const word of words)
    await copy(ground, 'user_word', `user_id = ${template}`, users, { user_id: `${firstId - 1} + n.seq`, word })
  await copy(ground, 'device', `user_id = ${template}`, users + crowds, {
    id: uuid('device', 'n.seq'),
    // Devices after those of the last user belong to the crowd.
    user_id: `IF(n.seq <= ${users}, ${person('n.seq - 1')}, ${firstId} - (n.seq - ${users}))`,
    client_device: 'NULL',
    address: "CONCAT('100.64.', n.seq MOD 250, '.', n.seq DIV 250 MOD 250)",
    last_seen_at: `${now} - (n.seq * 7919) MOD ${20 * day}`,
  })
  // One session in five has ended; of these one in ten long enough ago to be deleted.
  const isOver = '(n.seq DIV 5) MOD 5 = 0'
  const isOld = '(n.seq DIV 25) MOD 10 = 0'
  const createdAt = `${now} - IF(${isOver} AND ${isOld}, ${120 * day}, 0) - (n.seq * 7919) MOD ${20 * day}`
  await copy(ground, 'session', `user_id = ${template}`, sessions, {
    id: uuid('session', 'n.seq'),
    user_id: person('n.seq - 1'),
    device_id: uuid('device', `1 + (n.seq - 1) MOD ${users}`),
    created_at: createdAt,
    last_seen_at: createdAt,
    rotated_at: createdAt,
    expires_at: `IF(${isOver}, ${createdAt} + ${day}, ${now + day})`,
    ended_at: `IF(${isOver}, ${createdAt} + ${day / 2}, NULL)`,
    ended_reason: `IF(${isOver}, 'sign_out', NULL)`,
    ended_by: `IF(${isOver}, 'system', NULL)`,
  })
  await copy(ground, 'session', `user_id = ${template}`, crowds * crowdSessions, {
    id: uuid('crowd', 'n.seq'),
    user_id: `${firstId} - 1 - (n.seq - 1) MOD ${crowds}`,
    device_id: uuid('device', `${users} + 1 + (n.seq - 1) MOD ${crowds}`),
    created_at: `${now} - n.seq`,
  })
  await ground.write('ANALYZE TABLE session, user, device, user_word')
}
