// A program that prints what an entry costs the projection, in bytes: while it is held, and once all are forgotten. Needs
// `--expose-gc` and a process in which nothing else happens.
import { randomUUID } from 'node:crypto';
import { createProjection } from '../../server/protocol/log/projection.js';
import { memory } from './cost.js';
import { anEntry } from './log.js';
const count = 100_000;
const projection = createProjection();
const { heap: before } = await memory();
for (let seq = 1; seq <= count; seq++) {
    // As an id that is cut out of a path, out of a text of two bytes a sign, and one that is put together.
    const wide = `${'ў'.repeat(2_000)}${randomUUID()}`;
    const subject = seq % 2 === 0 ? wide.slice(2_000) : `${randomUUID().slice(0, 30)}${seq}`;
    projection.apply({ after: seq - 1, upto: seq, entries: [anEntry(seq, { subject, expiresAt: 1_000 })] });
}
const held = ((await memory()).heap - before) / count;
await projection.forget(2_000);
const kept = ((await memory()).heap - before) / count;
// It is asked last, so that it is still there when the bytes are counted.
if (projection.size() !== 0)
    throw new Error('not all is forgotten');
console.log(JSON.stringify({ held, kept }));
//# sourceMappingURL=projection-memory.js.map