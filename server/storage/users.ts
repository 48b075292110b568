// Rows of users and the roles that they have (tables `user`, `user_role`): look-ups by id and by username key, row
// locks, inserts and changes, and the sequence of user ids (table `last_number`).
import { insertRows } from './bulk.js'
import type { Queries } from './database.js'
import { assignments, columns, grouped, inChunks, insertion, placeholders } from './statement.js'
import {
  foldUser,
  type NewUser,
  type UserChanges,
  type UserRecord,
  type UserRow,
  userColumns,
  writtenUser,
} from './user-rows.js'
import { changesWords, insertWords, rewriteWords } from './user-words.js'

export type { NewUser, UserChanges, UserRecord }

/** Range of ids outside the sequence. Below 2^31, so that integer columns of other applications can store them. */
const reservedIds = { from: 1_000_000_000, upto: 1_000_001_000 }
const greatestInTurn = `(SELECT COALESCE(MAX(id), 0) FROM user WHERE id < ${reservedIds.from} OR id >= ${reservedIds.upto})`

const selectUser = `SELECT ${columns('u', userColumns)}, r.name AS roleName, r.permissions AS rolePermissions`
const fromUser = 'FROM user u LEFT JOIN user_role ur ON ur.user_id = u.id LEFT JOIN role r ON r.name = ur.role_name'

export function createUserStore(dialect: { forUpdate: string }) {
  /** Users with roles, in ascending order of `ids`. */
  async function some(tx: Queries, ids: readonly number[]): Promise<UserRecord[]> {
    const ascending = [...new Set(ids)].sort((a, b) => a - b)
    const rows = await inChunks(ascending, part =>
      tx.read<UserRow>(`${selectUser} ${fromUser} WHERE u.id IN (${placeholders(part.length)}) ORDER BY u.id`, part),
    )
    return [...grouped(rows, row => row.id).values()].map(foldUser)
  }

  /** Raises the sequence of user ids to this id, where it is below. */
  async function raiseLastId(tx: Queries, id: number): Promise<void> {
    await tx.write("UPDATE last_number SET value = ? WHERE name = 'user' AND value < ?", [id, id])
  }

  return {
    some,

    /** A user by name, and the log's number at the same instant. */
    async findWithSeq(tx: Queries, usernameKey: string): Promise<{ user: UserRecord; seq: number } | null> {
      const rows = await tx.read<UserRow & { seq: number }>(
        `${selectUser}, h.seq AS seq ${fromUser} CROSS JOIN log_head h WHERE u.username_key = ?`,
        [usernameKey],
      )
      const [first] = rows
      return first ? { user: foldUser(rows), seq: first.seq } : null
    },

    async find(tx: Queries, id: number): Promise<UserRecord | null> {
      return (await some(tx, [id]))[0] ?? null
    },

    async findByKey(tx: Queries, usernameKey: string): Promise<UserRecord | null> {
      const rows = await tx.read<UserRow>(`${selectUser} ${fromUser} WHERE u.username_key = ?`, [usernameKey])
      return rows.length > 0 ? foldUser(rows) : null
    },

    /** Users by names, in no order. */
    async someByKeys(tx: Queries, usernameKeys: readonly string[]): Promise<UserRecord[]> {
      const rows = await inChunks(usernameKeys, part =>
        tx.read<UserRow>(`${selectUser} ${fromUser} WHERE u.username_key IN (${placeholders(part.length)})`, part),
      )
      return [...grouped(rows, row => row.id).values()].map(foldUser)
    },

    /** Usernames by id; a deleted user's is empty. */
    async names(tx: Queries, ids: readonly number[]): Promise<Map<number, string>> {
      const rows = await inChunks(ids, part =>
        tx.read<{ id: number; username: string }>(
          `SELECT id, username FROM user WHERE id IN (${placeholders(part.length)})`,
          part,
        ),
      )
      return new Map(rows.map(row => [row.id, row.username]))
    },

    /** The first stored hash that sorts after a text; null where there is none. */
    async passwordHashAfter(tx: Queries, text: string): Promise<string | null> {
      const [row] = await tx.read<{ passwordHash: string }>(
        'SELECT password_hash AS passwordHash FROM user WHERE password_hash > ? ORDER BY password_hash LIMIT 1',
        [text],
      )
      return row?.passwordHash ?? null
    },

    /** Usernames of the given ones that exist. */
    async takenKeys(tx: Queries, usernameKeys: readonly string[]): Promise<Set<string>> {
      const rows = await inChunks(usernameKeys, part =>
        tx.read<{ usernameKey: string }>(
          `SELECT username_key AS usernameKey FROM user WHERE username_key IN (${placeholders(part.length)})`,
          part,
        ),
      )
      return new Set(rows.map(row => row.usernameKey))
    },

    /**
     * The first lock of every transaction about a user: transactions that change a user, their sessions or devices
     * take turns.
     */
    async lock(tx: Queries, id: number): Promise<void> {
      // SQLite's transactions have the one write lock already.
      if (dialect.forUpdate === '') return
      await tx.read(`SELECT id FROM user WHERE id = ?${dialect.forUpdate}`, [id])
    },

    /** Locks several users in the order of their ids, so that two transactions cannot deadlock. */
    async lockAll(tx: Queries, ids: readonly number[]): Promise<void> {
      if (dialect.forUpdate === '') return
      const each = [...new Set(ids)].sort((a, b) => a - b)
      await tx.read(
        `SELECT id FROM user WHERE id IN (${placeholders(each.length)}) ORDER BY id${dialect.forUpdate}`,
        each,
      )
    },

    /** The next user id of the sequence, or `imported`, to which the sequence is raised. Ids are never reused. */
    async nextId(tx: Queries, imported?: number): Promise<number> {
      if (imported === undefined) {
        for (;;) {
          await tx.write("UPDATE last_number SET value = value + 1 WHERE name = 'user'")
          const [row] = await tx.read<{ value: number; holder: number | null }>(
            "SELECT n.value AS value, u.id AS holder FROM last_number n LEFT JOIN user u ON u.id = n.value WHERE n.name = 'user'",
          )
          // The id may be in use: ids of the separate range are outside of the sequence.
          if (row!.holder === null) return row!.value
        }
      }
      await raiseLastId(tx, imported)
      return imported
    },

    /** The last id of the sequence, locked: no other transaction gets an id until this one ends. */
    async lastId(tx: Queries): Promise<number> {
      const [row] = await tx.read<{ value: number }>(
        `SELECT value FROM last_number WHERE name = 'user'${dialect.forUpdate}`,
      )
      return row!.value
    },

    raiseLastId,

    /** The lowest free id of the separate range: it never collides with an imported id. */
    async nextReservedId(tx: Queries): Promise<number> {
      const [row] = await tx.read<{ id: number | null }>('SELECT MAX(id) AS id FROM user WHERE id >= ? AND id < ?', [
        reservedIds.from,
        reservedIds.upto,
      ])
      return row?.id ? row.id + 1 : reservedIds.from
    },

    /** Skips this many ids after the last that is known to have been assigned. @returns the last skipped */
    async skipIds(tx: Queries, count: number): Promise<number> {
      await tx.write(
        `UPDATE last_number SET value = ? + CASE WHEN value < ${greatestInTurn}
           THEN ${greatestInTurn} ELSE value END WHERE name = 'user'`,
        [count],
      )
      const [row] = await tx.read<{ value: number }>("SELECT value FROM last_number WHERE name = 'user'")
      return row!.value
    },

    async insert(tx: Queries, user: NewUser): Promise<void> {
      await tx.write(...insertion('user', writtenUser(user)))
      await insertWords(tx, [user])
    },

    /** Inserts many new users with their roles. There must be one at least. */
    async insertAll(tx: Queries, users: readonly (NewUser & { roles: readonly string[] })[]): Promise<void> {
      const rows = users.map(({ roles: _, ...user }) => writtenUser(user))
      await insertRows(tx, 'user', rows)
      await insertWords(tx, users)
      const held = users.flatMap(({ id, roles }) => roles.map(roleName => ({ userId: id, roleName })))
      await insertRows(tx, 'user_role', held)
    },

    async update(tx: Queries, id: number, changes: UserChanges): Promise<void> {
      const [set, values] = assignments(writtenUser(changes))
      await tx.write(`UPDATE user SET ${set} WHERE id = ?`, [...values, id])
      if (changesWords(changes)) await rewriteWords(tx, id)
    },

    async setRoles(tx: Queries, id: number, roles: readonly string[]): Promise<void> {
      await tx.write('DELETE FROM user_role WHERE user_id = ?', [id])
      for (const roleName of roles) await tx.write(...insertion('user_role', { userId: id, roleName }))
    },

    /**
     * Ids of the users who can sign in and have this role, locked until the transaction ends: two concurrent
     * transactions that take the role from the last two users must not each see the other's user as remaining (write
     * skew).
     */
    async lockHolders(tx: Queries, role: string): Promise<number[]> {
      const rows = await tx.read<{ id: number }>(
        `SELECT u.id AS id FROM user u JOIN user_role ur ON ur.user_id = u.id
         WHERE ur.role_name = ? AND u.active = ? AND u.deleted_at IS NULL ORDER BY u.id${dialect.forUpdate}`,
        [role, true],
      )
      return rows.map(row => row.id)
    },

    /** Whether there is a user without this role. */
    async anyoneWithout(tx: Queries, role: string): Promise<boolean> {
      const rows = await tx.read(
        `SELECT u.id FROM user u WHERE u.deleted_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM user_role ur WHERE ur.user_id = u.id AND ur.role_name = ?) LIMIT 1`,
        [role],
      )
      return rows.length > 0
    },
  }
}

export type UserStore = ReturnType<typeof createUserStore>
