// `npm test`: the whole suite in lanes side by side, one more than cores, since each waits now and then: for a database, a
// browser, a process that starts. A lane that is done takes the next batch of files, the dearest first, so that all end at about the
// same time. WITH_TRIALS=1, as in .ci/run, adds faults, clients of others, and trials that take minutes each; the ones that measure
// time follow when all else is over. Prints one batch after the other, the oldest that runs as it comes; the last line counts all.
// What it is told beside goes to mocha: `npm test -- --grep …`. What a file costs: `TIMES=1 npm test`.
import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
const tests = fileURLToPath(new URL('../', import.meta.url));
const withTrials = Boolean(process.env.WITH_TRIALS);
/**
 * Begun in this order. Each folder is cut into so many batches: one costs the start of a process, and of what its files share.
 * A third of what all costs are processes that are killed, and programs of others.
 */
const folders = { ...(withTrials && { fault: 2, clients: 1 }), browser: 2, http: 4, examples: 1, storage: 1, unit: 1 };
/**
 * With WITH_TRIALS=1 the trials too. Some count people, however long each takes: they are begun first, beside these. The rest has
 * deadlines, and follows when these are over: beside each other what mostly waits, for faults to strike and for
 * connections to come back; then, alone, what keeps every core busy.
 */
const trials = { counted: 'trials/counted', waiting: 'trials/waiting', alone: 'trials' };
const lanes = Math.max(2, Math.min(availableParallelism() + 1, 4));
/** All test files of a folder, in that many parts of about the same size, which says nearly as much as what they cost. */
function batchesOf(folder, count) {
    const sizes = readdirSync(join(tests, folder), { recursive: folder !== trials.alone, encoding: 'utf8' })
        .filter(name => name.endsWith('.test.js'))
        .map(name => join(tests, folder, name))
        .map(file => ({ file, size: statSync(file).size }))
        .sort((one, other) => other.size - one.size);
    const batches = Array.from({ length: count }, () => ({ files: [], size: 0 }));
    for (const { file, size } of sizes) {
        const least = batches.reduce((found, one) => (one.size < found.size ? one : found));
        least.files.push(file);
        least.size += size;
    }
    return batches.map(({ files }) => files.sort()).filter(files => files.length > 0);
}
/** @param say is given what the batch prints, as it comes */
function runBatch(files, say) {
    const child = spawn(process.execPath, [mocha, ...files, ...process.argv.slice(2)], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: '1' }) },
    });
    let end = '';
    for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text) => {
            say(text);
            end = (end + text).slice(-60_000);
        });
    }
    return new Promise((resolve, reject) => {
        child.once('error', reject);
        child.once('close', code => resolve(countsIn(end, code)));
    });
}
/** From the line of reporter.cjs; a batch that did not come so far has failed. */
function countsIn(end, code) {
    const [, passed, failed, skipped = 0] = [...end.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1) ?? [];
    const failures = /^.*\b\d+ failing\b[\s\S]*(?=^\d+ passed, )/m.exec(end)?.[0] ?? '';
    const counts = { passed: Number(passed ?? 0), failed: Number(failed ?? 0), skipped: Number(skipped), failures };
    if (counts.failed === 0 && (code !== 0 || passed === undefined)) {
        Object.assign(counts, { failed: 1, failures: `  1 batch ended with ${code}:\n${end.slice(-2_000)}\n` });
    }
    return counts;
}
const print = (text) => void process.stdout.write(text);
const waiting = Object.entries(folders).flatMap(([folder, count]) => batchesOf(folder, count));
if (withTrials)
    waiting.unshift(...batchesOf(trials.counted, 2));
const counts = [];
const begun = [];
/** Of the oldest batch, and of those that have ended behind it. */
function printOldest() {
    for (let oldest = begun[0]; oldest; oldest = begun[0]) {
        print(oldest.printed);
        oldest.printed = '';
        if (!oldest.isOver)
            return;
        begun.shift();
    }
}
async function runLane() {
    for (let files = waiting.shift(); files; files = waiting.shift()) {
        const batch = { printed: '', isOver: false };
        begun.push(batch);
        const counted = await runBatch(files, text => {
            batch.printed += text;
            printOldest();
        });
        counts.push(counted);
        batch.isOver = true;
        printOldest();
    }
}
const runLanes = (count) => Promise.all(Array.from({ length: count }, runLane));
await runLanes(lanes);
if (withTrials) {
    waiting.push(...batchesOf(trials.waiting, 2));
    await runLanes(2);
    waiting.push(...batchesOf(trials.alone, 1));
    await runLanes(1);
}
const sum = (name) => counts.reduce((total, one) => total + one[name], 0);
const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')];
if (!withTrials)
    print('\ntest/fault, test/clients and test/trials were left out: WITH_TRIALS=1 npm test\n');
// Once more at the end, where one looks first.
if (failed > 0)
    print(`\nWhat failed:\n${counts.map(one => one.failures).join('')}`);
print(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`);
process.exitCode = failed > 0 ? 1 : 0;
//# sourceMappingURL=lanes.js.map