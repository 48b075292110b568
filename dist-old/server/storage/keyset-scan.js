// How lists are read: along an index, from where the page before ended, in slices of bounded length. However rare what is
// looked for may be, one call looks at no more rows than its budget, says how far it came, and the next goes on from there.
import { setImmediate } from 'node:timers/promises';
import { between, both, boundsOf, cursorColumns, cursorOf, ordering, scanSql, } from './scan-sql.js';
const usualBudget = 5_000;
/** An access path to so few rows is read whole, whatever its order. */
const narrowest = (budget) => Math.min(4_000, Math.floor(budget / 2));
/** How high is counted: what an index knows by itself, and where each row must be looked at. */
const highestCount = { known: 10_000, looked: 5_000 };
export function createKeysetScan({ engine }) {
    const { select, hint, compared } = scanSql(engine);
    /** SQLite's answers follow each other without a turn of the event loop in between: no slice may take long. */
    const greatestSlice = engine === 'sqlite' ? 2_000 : 25_000;
    function follow(list, filters, chosen, bounds) {
        const path = chosen?.accessPath;
        const order = path?.order ?? list.order.map(({ column }) => column);
        const others = filters.filter(filter => filter !== chosen);
        if (!path?.other) {
            const table = { sql: list.table + hint(path?.index ?? list.index), values: [] };
            const own = [...(chosen ? [chosen] : []), ...bounds];
            return { table, join: '', own, all: [...own, ...others], order };
        }
        const { table, join, where } = path.other;
        const own = where ? [where] : [];
        return {
            table: { sql: table.sql + (path.index ? hint(path.index) : ''), values: table.values },
            join: ` ${join}`,
            own,
            all: [...own, ...bounds, ...(where ? others : filters)],
            order,
        };
    }
    /** The filter whose access path has the fewest rows where one is narrow; else the first whose path has the list's order. */
    async function choose(tx, list, { filters, budget = usualBudget }, anyOrder) {
        const paths = filters.filter(filter => filter.accessPath);
        // A path whose table knows nothing of the order cannot be cut into slices.
        const isSliced = ({ order, other }) => order !== null || (anyOrder && other?.where !== null);
        const ordered = paths.find(filter => isSliced(filter.accessPath)) ?? null;
        if (paths.length === 0 || (paths.length === 1 && ordered))
            return { filter: ordered, isNarrow: false };
        const narrow = narrowest(budget);
        const sizes = await sizesOf(tx, list, paths, narrow);
        const least = Math.min(...sizes);
        return least <= narrow
            ? { filter: paths[sizes.indexOf(least)], isNarrow: true }
            : { filter: ordered, isNarrow: false };
    }
    async function sizesOf(tx, list, paths, narrow) {
        const each = paths.map(filter => {
            const { table, own } = follow(list, [filter], filter, []);
            const { sql, values } = both(own);
            const counted = filter.accessPath.counted ?? [{ sql: table.sql + sql, values: [...table.values, ...values] }];
            const size = counted.map(one => `(SELECT COUNT(*) FROM (SELECT 1 FROM ${one.sql} LIMIT ${narrow + 1}) t)`);
            return { sql: size.join(' + '), values: counted.flatMap(one => one.values) };
        });
        const [row] = await tx.read(`SELECT ${each.map(({ sql }, index) => `${sql} AS n${index}`).join(', ')}`, each.flatMap(one => one.values));
        return paths.map((_, index) => row[`n${index}`]);
    }
    /** Slices along an access path, each a few times as long as the one before, until the budget is spent or the path ends. */
    async function* windows(tx, list, chosen, after, first, budget) {
        let cursor = after;
        let left = budget;
        for (let size = first; left > 0; size *= 4) {
            const slice = Math.min(size, left, greatestSlice);
            const edge = await edgeOf(tx, list, chosen, cursor, slice);
            yield { after: cursor, edge };
            if (edge === null)
                return;
            cursor = edge;
            left -= slice;
            if (engine === 'sqlite')
                await setImmediate();
        }
    }
    /** Where a slice ends, told by the index alone; null where the path ends before. */
    async function edgeOf(tx, list, { table, own, order }, after, slice) {
        const where = both([...own, ...between(compared, list, order, { after, edge: null })]);
        const [row] = await tx.read(`SELECT ${cursorColumns(order)} FROM ${table.sql}${where.sql}
       ORDER BY ${ordering(list, order)} LIMIT 1 OFFSET ${slice - 1}`, [...table.values, ...where.values]);
        return row ? cursorOf(row, order) : null;
    }
    return {
        /** @param after where the page before ended; null for the first */
        async page(tx, list, wanted, { after, limit }) {
            const { filters, from, upto, budget = usualBudget } = wanted;
            const { filter, isNarrow } = await choose(tx, list, wanted, false);
            const order = filter?.accessPath?.order ?? list.order.map(({ column }) => column);
            const chosen = follow(list, filters, filter, boundsOf(order, from, upto));
            const { table, join, own, all } = chosen;
            // Where the index leads to nothing else, as many rows are looked at as are wanted, and no slice need be measured.
            const isPlain = isNarrow || (join === '' && all.length === own.length);
            const rows = [];
            let edge = null;
            const slices = windows(tx, list, chosen, after, limit * 4, budget);
            for await (const window of isPlain ? [{ after, edge: null }] : slices) {
                const where = both([...all, ...between(compared, list, order, window)]);
                const found = await tx.read(`${select} ${list.columns}, ${cursorColumns(order)} FROM ${table.sql}${join}${where.sql}
           ORDER BY ${ordering(list, order)} LIMIT ${Math.trunc(limit) + 1 - rows.length}`, [...table.values, ...where.values]);
                rows.push(...found);
                edge = window.edge;
                if (rows.length > limit)
                    break;
            }
            const isFull = rows.length > limit;
            const cursors = rows.slice(0, limit).map(row => cursorOf(row, order));
            const next = isFull ? cursors.at(-1) : edge;
            return { rows: rows.slice(0, limit), next, partial: rows.length < limit && next !== null };
        },
        /** Counts up to 10,000, or up to 5,000 where each row must be looked at. */
        async count(tx, list, wanted) {
            const { filters, from, upto, budget = usualBudget, highest: looked = highestCount.looked } = wanted;
            const isAlone = filters.length === 1 && from === undefined && upto === undefined;
            const { filter, isNarrow } = await choose(tx, list, wanted, isAlone);
            const order = filter?.accessPath?.order ?? list.order.map(({ column }) => column);
            const chosen = follow(list, filters, filter, boundsOf(order, from, upto));
            const { table, join, own, all } = chosen;
            // What the index knows by itself needs no look at the rows, and no budget.
            const isPlain = isNarrow || all.length === own.length;
            const highest = all.length === own.length ? highestCount.known : looked;
            let count = 0;
            let edge = null;
            const slices = windows(tx, list, chosen, null, greatestSlice, budget);
            for await (const window of isPlain ? [{ after: null, edge: null }] : slices) {
                const where = both([...all, ...between(compared, list, order, window)]);
                const [row] = await tx.read(`SELECT COUNT(*) AS count FROM
             (${select} 1 FROM ${table.sql}${join}${where.sql} LIMIT ${highest + 1 - count}) t`, [...table.values, ...where.values]);
                count += row.count;
                if (count > highest)
                    return { count: highest, more: true };
                edge = window.edge;
            }
            return { count, more: edge !== null };
        },
    };
}
//# sourceMappingURL=keyset-scan.js.map