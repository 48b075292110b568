import { rowsText } from './feed-text.js';
/** How many encoded pages are kept, of some 600 KB each where they are full. */
const mostPages = 16;
const nothing = Buffer.alloc(0);
export function createFeedPages({ projection }) {
    const encoded = new Map();
    function encode(page) {
        const rows = [];
        projection.eachOfPage(page, entry => rows.push(rowsText([entry])));
        return rows.length === 0 ? nothing : Buffer.from(rows.join(','));
    }
    return {
        count: () => projection.pageCount(),
        /**
         * The entries of one page, for who has noted a position before the first page: one that was added since, or what has taken
         * the place of one that is gone since, stands in the stretches behind that position. Nothing else is missing as long as
         * the page is encoded no earlier than the position was noted.
         */
        rows(page, position) {
            const found = encoded.get(page);
            encoded.delete(page);
            const fresh = found && found.position >= position ? found : { position: projection.position, rows: encode(page) };
            encoded.set(page, fresh);
            if (encoded.size > mostPages)
                encoded.delete(encoded.keys().next().value);
            return fresh.rows;
        },
        clear() {
            encoded.clear();
        },
    };
}
//# sourceMappingURL=feed-pages.js.map