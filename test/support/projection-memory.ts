// A program that prints the memory of a projection in bytes per entry: with all entries held, and after all are
// dropped. Needs `--expose-gc` and a process of its own.
import { randomUUID } from 'node:crypto'
import { createProjection } from '../../server/protocol/log/projection.js'
import { memory } from './cost.js'
import { anEntry } from './log.js'

const count = 100_000

const projection = createProjection()
const { heap: before } = await memory()
for (let seq = 1; seq <= count; seq++) {
  // Strings with a hidden cost in V8: a slice of a long two-byte string, and a concatenated string.
  const wide = `${'ў'.repeat(2_000)}${randomUUID()}`
  const subject = seq % 2 === 0 ? wide.slice(2_000) : `${randomUUID().slice(0, 30)}${seq}`
  projection.apply({ after: seq - 1, upto: seq, entries: [anEntry(seq, { subject, expiresAt: 1_000 })] })
}
const held = ((await memory()).heap - before) / count
await projection.forget(2_000)
const kept = ((await memory()).heap - before) / count
// Used last, so that the projection is not collected before the memory is measured.
if (projection.size() !== 0) throw new Error('not all is forgotten')
console.log(JSON.stringify({ held, kept }))
