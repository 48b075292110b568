import { createSqliteThread } from './sqlite-thread.js';
const most = 3;
/** A statement that takes longer than this, in ms, is a long one. */
const long = 10;
export function createReaders(path) {
    const threads = [];
    let expected = null;
    function another() {
        const made = createSqliteThread({ path, readonly: true });
        made.expect(expected);
        threads.push(made);
        return made;
    }
    function free() {
        const quick = threads.filter(thread => thread.busyFor < long);
        if (quick.length > 0)
            return least(quick, thread => thread.waiting);
        return threads.length < most ? another() : least(threads, thread => thread.busyFor);
    }
    /** Who waits behind a long statement asks another thread too: a SELECT may run twice. */
    async function hedged(thread, sql, values) {
        const asked = thread.run(sql, values);
        let timer;
        const elsewhere = new Promise((resolve, reject) => {
            timer = setTimeout(() => {
                const other = free();
                if (other !== thread)
                    other.run(sql, values).then(resolve, reject);
            }, 2 * long);
        });
        try {
            return await Promise.race([asked, elsewhere]);
        }
        finally {
            clearTimeout(timer);
        }
    }
    another().warm();
    return {
        run(sql, values) {
            const thread = free();
            return thread.waiting === 0 ? thread.run(sql, values) : hedged(thread, sql, values);
        },
        /** From now on it is this file or none. */
        expect(file) {
            expected = file;
            for (const thread of threads)
                thread.expect(file);
        },
        async close() {
            await Promise.all(threads.map(thread => thread.close()));
        },
    };
}
function least(threads, value) {
    return threads.reduce((one, other) => (value(other) < value(one) ? other : one));
}
//# sourceMappingURL=sqlite-readers.js.map