// The rows of a CSV file with a head, as programs and spreadsheets write them: RFC 4180, separated by commas, semicolons or
// tabs, whichever its head has.
import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { unescapeCell } from '../policy/csv-cells.js';
import { WrongUse } from './failures.js';
/**
 * @param judgeHead throws where the names of the columns are none that are known
 * @throws WrongUse
 */
export async function* csvRows(chunks, judgeHead) {
    const [delimiter, whole] = await separated(chunks);
    const parser = pipeline(Readable.from(whole), parse({
        bom: true,
        delimiter,
        info: true,
        relax_column_count: true,
        skip_empty_lines: true,
        // A quote in the middle of a cell is one; the value is judged as any other.
        relax_quotes: true,
    }), 
    // What went wrong is thrown to whoever reads.
    () => { });
    let head = null;
    for await (const { info, record } of readable(parser)) {
        if (!head) {
            head = requireHead(record);
            judgeHead(head);
        }
        else if (record.slice(head.length).some(cell => cell !== '')) {
            const problem = `This row has ${record.length} cells, and the head ${head.length}.`;
            yield { line: info.lines, cells: null, problem };
        }
        else
            yield { line: info.lines, cells: rowOf(head, record) };
    }
    if (!head)
        throw new WrongUse('this has no head with the names of columns');
}
/** What cannot be read, such as a quote that nothing closes, would take the rows behind it along. */
async function* readable(parser) {
    try {
        yield* parser;
    }
    catch (error) {
        throw error instanceof CsvError ? new WrongUse(`this cannot be read as CSV: ${error.message}`) : error;
    }
}
function requireHead(record) {
    const head = record.map(name => name.trim());
    const twice = head.find((name, index) => head.indexOf(name) !== index);
    if (twice !== undefined)
        throw new WrongUse(`the head has ${twice === '' ? 'columns without a name' : `${twice} twice`}`);
    return head;
}
/** An empty cell says nothing. */
function rowOf(head, record) {
    const cells = head.flatMap((name, index) => (record[index] ? [[name, unescapeCell(record[index])]] : []));
    return Object.fromEntries(cells);
}
/** Names of columns have none of these in them. */
async function separated(chunks) {
    const iterator = chunks[Symbol.asyncIterator]();
    let begun = '';
    while (!begun.includes('\n')) {
        const { done, value } = await iterator.next();
        if (done)
            break;
        begun += value;
    }
    const head = begun.slice(0, begun.includes('\n') ? begun.indexOf('\n') : undefined);
    const delimiter = [';', '\t'].find(one => head.includes(one)) ?? ',';
    async function* whole() {
        yield begun;
        for (let next = await iterator.next(); !next.done; next = await iterator.next())
            yield next.value;
    }
    return [delimiter, whole()];
}
//# sourceMappingURL=csv-rows.js.map