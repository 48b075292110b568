// Marks of the log on this machine: those that earlier processes stored (log-marks.ts), and those that this process
// stores for the next start.
import type { LogMark, LogMarkStore } from '../storage/log-marks.js'
import type { LogPosition } from '../storage/revocations.js'

export type LogMemoryDeps = {
  logMarkStore: LogMarkStore
  log: { warn(details: object, message: string): void }
}

export function createLogMemory({ logMarkStore, log }: LogMemoryDeps) {
  let remembered: LogMark[] = []
  /** Ids that the log has had, the present one last. */
  let ids: string[] = []
  /** The last mark that was written, and whether a later read found it: another process may write at the same time. */
  let noted = { seq: -1, id: '', isSure: false }
  let reported = false

  function reportFailure(error: unknown): void {
    if (reported) return
    reported = true
    const { code = 'not readable' } = error as NodeJS.ErrnoException
    const message =
      'how far the revocation log has come cannot be kept in DATA_DIR: a restored database may go unnoticed'
    log.warn({ reason: code }, message)
  }

  return {
    /** Whether this process writes marks. */
    get isKept() {
      return noted.id !== ''
    },

    /** Reads the marks. Call it before the head is read: a mark that is newer than the answer proves nothing. */
    async recall(): Promise<void> {
      try {
        remembered = await logMarkStore.readAll()
      } catch (error) {
        reportFailure(error)
      }
    },

    /**
     * The number that a log with this head is known to have reached; null where none is known.
     * @param anywhere whether marks of another database count too: of one that was copied, or restored to a new
     *   machine
     */
    knownOf({ logId, seq }: LogPosition, anywhere: boolean): number | null {
      const isHere = (mark: LogMark) => mark.database === logMarkStore.database
      const mark = remembered.find(one => one.ids.includes(logId) && (anywhere || isHere(one)))
      if (mark) {
        ids = mark.ids
        // The log has had another id since, so `log advance` was undone.
        return mark.ids.at(-1) === logId ? mark.seq : Math.max(mark.seq, seq + 1)
      }
      // No mark of this id: `log advance` was run while no server was, or the database was created again.
      const before = remembered.find(one => isHere(one) && one.seq <= seq)
      ids = [...(before?.ids ?? []), logId]
      return null
    },

    /** Writes the position of the log. Nothing waits for it, and it may fail. */
    async note(logId: string, seq: number): Promise<void> {
      if (logId === '') return
      if (noted.isSure && noted.seq === seq && noted.id === logId) return
      if (ids.at(-1) !== logId) ids = [...ids.filter(id => id !== logId), logId]
      const isSure = noted.seq === seq && noted.id === logId
      try {
        await logMarkStore.note(ids, seq)
        noted = { seq, id: logId, isSure }
        reported = false
      } catch (error) {
        reportFailure(error)
      }
    },
  }
}

export type LogMemory = ReturnType<typeof createLogMemory>
