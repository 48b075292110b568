// The highest numbers of revocation logs that this machine has seen, in a file of DATA_DIR: they show that a database
// was restored where no running process or Redis does. The file lies outside of the database, so that restoring one
// does not reset the other; several processes share it, and each machine has its own.
import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { DatabaseAddress } from './connections/connections.js'

const markSchema = z.object({
  /** Ids that the log has had, the present one last. */
  ids: z.array(z.string().max(64)).min(1).max(100),
  seq: z.int().nonnegative(),
  /** The database that the log was last seen in, without anything secret. */
  database: z.string(),
})
const fileSchema = z.object({ logs: z.array(markSchema).max(100) })

export type LogMark = z.infer<typeof markSchema>

/** How many logs, and how many ids of one, are kept: the newest. */
const mostLogs = 20
const mostIds = 50

export type LogMarksDeps = { folder: string; address: DatabaseAddress }

export function createLogMarkStore({ folder, address }: LogMarksDeps) {
  const path = join(folder, 'log-marks.json')
  const database =
    address.engine === 'sqlite' ? `sqlite:${address.path}` : `mysql:${address.host}:${address.port}/${address.name}`

  /** @throws what the file system throws; SyntaxError or ZodError when the file is not valid */
  async function readAll(): Promise<LogMark[]> {
    try {
      return fileSchema.parse(JSON.parse(await readFile(path, 'utf8'))).logs
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  }

  /**
   * Atomic: a file that was synced is renamed over the old one, so that neither a reader nor a power cut sees half of
   * it.
   */
  async function writeAll(logs: LogMark[]): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const draft = `${path}.${randomUUID()}`
    try {
      const file = await open(draft, 'wx', 0o600)
      try {
        await file.writeFile(`${JSON.stringify({ logs }, null, 2)}\n`)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(draft, path)
    } catch (error) {
      await rm(draft, { force: true }).catch(() => {})
      throw error
    }
  }

  return {
    /** The name of this database in a mark. */
    database,

    readAll,

    /**
     * Writes how far a log has come, unless the file has it.
     * @param ids of the log, the present one last
     * @throws like `readAll`
     */
    async note(ids: readonly string[], seq: number): Promise<void> {
      // A file that cannot be read is replaced: its content is lost in any case.
      const logs = await readAll().catch(() => [] as LogMark[])
      const isSame = (log: LogMark) => log.ids.some(id => ids.includes(id))
      const known = logs.find(isSame)
      const present = ids.at(-1)!
      if (known && known.seq >= seq && known.ids.at(-1) === present && known.database === database) return
      const all = [...(known?.ids ?? []).filter(id => !ids.includes(id)), ...ids].slice(-mostIds)
      const mark = { ids: all, seq: Math.max(seq, known?.seq ?? 0), database }
      await writeAll([mark, ...logs.filter(log => !isSame(log))].slice(0, mostLogs))
    },
  }
}

export type LogMarkStore = ReturnType<typeof createLogMarkStore>
