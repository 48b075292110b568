// Lists are read page by page and printed whole, up to a limit that is said when it cuts.
import { InvalidArgumentError } from 'commander';
export function withLimit(command) {
    return command.option('--limit <n>', 'list at most so many', readLimit, 1_000);
}
export async function firstOf(rows, limit, output) {
    const first = [];
    for await (const row of rows) {
        if (first.length === limit) {
            output.remark(`There are more than these ${limit}: --limit lists them.`);
            break;
        }
        first.push(row);
    }
    return first;
}
function readLimit(text) {
    if (!/^[1-9]\d{0,6}$/.test(text))
        throw new InvalidArgumentError('It must be a number from 1 to 9999999.');
    return Number(text);
}
//# sourceMappingURL=listing.js.map