import { FirstTables1764000000000 } from './1-first-tables.js'
import { Audit1764100000000 } from './2-audit.js'
import { Lists1764600000000 } from './7-lists.js'

/** In order. Small and re-runnable: MySQL does not roll a failed one back. */
export const migrations = [FirstTables1764000000000, Audit1764100000000, Lists1764600000000]
