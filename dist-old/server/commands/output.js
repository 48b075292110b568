// How commands print: a table or lines for people, JSON for programs. Results go to stdout; remarks, and why a command
// failed, to stderr: text, or with `--json` one JSON object a line, `{"remark": …}` or `{"error": {code, message, exit}}`.
import { once } from 'node:events';
import { rename, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Failure } from './failures.js';
const colours = { '+': '\x1b[32m', '-': '\x1b[31m', '~': '\x1b[33m' };
/** @param json whether remarks and failures are JSON, too */
export function createOutput({ stdout, stderr, env = {}, cwd = '.' }, json = false) {
    // https://no-color.org
    const isColoured = stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
    /** Waits where the reader is slower than we are, so that an export of any size takes little memory. */
    async function write(text) {
        if (!stdout.write(text))
            await once(stdout, 'drain');
    }
    const print = (text) => write(`${text}\n`);
    const printJson = (value) => print(JSON.stringify(value, null, 2));
    return {
        /** A remark to the person, beside the result. */
        remark(text) {
            stderr.write(json ? `${JSON.stringify({ remark: text })}\n` : `${oneLine(text)}\n`);
        },
        failed(error) {
            if (json)
                return void stderr.write(`${JSON.stringify({ error })}\n`);
            for (const { line, column, path, message } of error.problems ?? []) {
                const place = [error.file, ...(line === null ? [] : [line, column])].join(':');
                stderr.write(`${oneLine(`${place}: ${path === '' ? '' : `${path}: `}${message}`)}\n`);
            }
            stderr.write(`${oneLine(`darvoza: ${error.message}`)}\n`);
        },
        /** A bar on the person's terminal, beside the result; nothing where there is none. */
        async progress() {
            if (!stderr.isTTY)
                return { show: () => { }, end: () => { } };
            const { default: progress } = await import('cli-progress');
            const format = '{bar} {percentage} % · {value} of {total} · {eta_formatted} to go';
            const bar = new progress.SingleBar({ format, stream: stderr, hideCursor: true, fps: 5 });
            let begun = false;
            return {
                show(done, total) {
                    if (!begun)
                        bar.start(total, 0);
                    begun = true;
                    bar.update(done);
                },
                end: () => bar.stop(),
            };
        },
        /** A text as it is, such as a file that was asked for. */
        text: (text) => print(text.replace(/\n$/, '')),
        /** A line a change, coloured on a terminal. */
        async signed(lines) {
            for (const { sign, indent, text } of lines) {
                const line = `${' '.repeat(indent)}${sign === null ? '' : `${sign} `}${oneLine(text)}`;
                await print(isColoured && sign ? `${colours[sign]}${line}\x1b[0m` : line);
            }
        },
        /** Whole or not at all: what was there stays until the new one is written. @throws Failure */
        async file(path, text) {
            const whole = resolve(cwd, path);
            const beside = `${whole}.${process.pid}.new`;
            try {
                await writeFile(beside, text, { flag: 'wx' });
                await rename(beside, whole);
            }
            catch (error) {
                await rm(beside, { force: true }).catch(() => { });
                throw new Failure(`${path} cannot be written: ${error.code}`);
            }
        },
        /** One record on one line, for JSON Lines. */
        jsonLine: (record) => print(JSON.stringify(record)),
        /** A piece of what is long, as it is. */
        piece: write,
        /** What a change came to: a sentence, or the record as it is now. */
        done: (sentence, record, { json }) => json ? printJson(record) : print(oneLine(sentence)),
        /** One record, a line per field. */
        record(record, { json }) {
            if (json)
                return printJson(record);
            const width = Math.max(...Object.keys(record).map(key => key.length));
            return print(Object.entries(record)
                .map(([key, value]) => `${key.padEnd(width)}  ${cell(value)}`)
                .join('\n'));
        },
        /** Records with some of their fields as columns; JSON has all of them. */
        table(records, columns, { json }) {
            if (json)
                return printJson(records);
            const head = columns.map(column => column.replaceAll('_', ' ').toUpperCase());
            const rows = [head, ...records.map(record => columns.map(column => cell(record[column])))];
            const { isTTY, columns: room = 80 } = stdout;
            return print(inColumns(isTTY ? folded(rows, room) : rows));
        },
    };
}
/** Text from anywhere, made harmless to a terminal and kept to one line. */
export function oneLine(text) {
    return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
}
export function printedTime(epochMs) {
    return epochMs === null ? null : new Date(epochMs).toISOString();
}
function inColumns(rows) {
    const widths = widthsOf(rows);
    const lines = rows.map(row => row.map((text, at) => text + ' '.repeat(widths[at] - lengthOf(text))).join(gap));
    return lines.map(line => line.trimEnd()).join('\n');
}
/** Where the rows are wider than a terminal, its widest lists go on in lines below; programs that read lines get each whole. */
function folded(rows, room) {
    const widths = widthsOf(rows);
    const excess = widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1)) - room;
    const at = widths.indexOf(Math.max(...widths));
    const left = Math.max(16, widths[at] - excess);
    if (excess <= 0)
        return rows;
    return rows.flatMap(row => {
        const [first, ...others] = foldedList(row[at], left);
        return [row.with(at, first), ...others.map(text => row.map((_, column) => (column === at ? text : '')))];
    });
}
/** Breaks behind commas alone: what has none stays whole, to be copied. */
function foldedList(text, room) {
    const lines = [''];
    for (const part of text.split(/(?<=, )/)) {
        if (lines.at(-1) !== '' && lengthOf(lines.at(-1) + part.trimEnd()) > room)
            lines.push('');
        lines.push(lines.pop() + part);
    }
    return lines.map(line => line.trimEnd());
}
const gap = '  ';
const lengthOf = (text) => [...text].length;
const widthsOf = (rows) => rows[0].map((_, at) => Math.max(...rows.map(row => lengthOf(row[at]))));
const said = (value) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
function cell(value) {
    if (value === null || value === undefined || value === '')
        return '-';
    if (typeof value === 'boolean')
        return value ? 'yes' : 'no';
    if (Array.isArray(value))
        return value.length > 0 ? oneLine(value.map(said).join(', ')) : '-';
    return oneLine(said(value));
}
//# sourceMappingURL=output.js.map