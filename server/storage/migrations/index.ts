import { FirstTables1764000000000 } from './1-first-tables.js'
import { Audit1764100000000 } from './2-audit.js'
import { LogSeen1764200000000 } from './3-log-seen.js'

/** In order. Small and re-runnable: MySQL does not roll a failed one back. */
export const migrations = [FirstTables1764000000000, Audit1764100000000, LogSeen1764200000000]
