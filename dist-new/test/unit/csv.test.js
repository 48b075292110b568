import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { csvOf } from '../../server/http/admin/csv.js';
const columns = { name: (row) => row.name, count: (row) => row.count };
async function* rows(...all) {
    yield* all;
}
/** With the mark at its beginning, which a decoder would take away. */
const text = async (stream) => (await buffer(stream)).toString();
describe('a list as a file', () => {
    it('never holds a formula, whoever typed it', async () => {
        const names = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '=HYPERLINK("http://x","y")'];
        const csv = await text(csvOf(columns, rows(...names.map(name => ({ name, count: 1 })))));
        for (const line of csv.slice(1).split('\r\n').slice(1, -1))
            expect(line).to.match(/^"?'/);
    });
    it('keeps quotes, commas, line ends and letters of every alphabet in their cell', async () => {
        const csv = await text(csvOf(columns, rows({ name: 'a "b", c\nd', count: null }, { name: 'Анна Gʻayrat', count: 3 })));
        expect(csv).to.equal('\ufeffname,count\r\n"a ""b"", c\nd",\r\nАнна Gʻayrat,3\r\n');
    });
    it('holds none for a program either that splits lines at another separator', async () => {
        const names = ['a;=1+1', 'a; +1+cmd', 'a,@SUM(A1)', 'a\t-1+cmd|x', 'a;-2+3'];
        for (const separator of ['comma', 'semicolon', 'tab']) {
            const csv = await text(csvOf(columns, rows(...names.map(name => ({ name, count: 1 }))), { separator, zone: null }));
            for (const line of csv.slice(1).split('\r\n').slice(1, -1))
                expect(line, line).to.match(/[;,\t]\s*'[=+@-]/);
        }
        // What JSON has of negative numbers stays as it is.
        const json = '{"a":-1,"b":[2,-3.5]}';
        expect(await text(csvOf(columns, rows({ name: json, count: 1 }), { separator: 'semicolon', zone: null }))).to.include('"{""a"":-1,""b"":[2,-3.5]}";1');
    });
    it('is separated as its reader wants, and has local times beside those in UTC', async () => {
        const timed = { name: (row) => row.name, seen: { at: (row) => row.count } };
        const some = [
            { name: 'a;b', count: Date.parse('2026-01-31T20:30:05Z') },
            { name: 'c,d', count: null },
        ];
        const csv = await text(csvOf(timed, rows(...some), { separator: 'semicolon', zone: 'Asia/Tashkent' }));
        expect(csv).to.equal('\ufeffname;seen;seen (Asia/Tashkent)\r\n"a;b";2026-01-31T20:30:05.000Z;2026-02-01 01:30:05\r\nc,d;;\r\n');
        expect(await text(csvOf(timed, rows(...some)))).to.include('name,seen\r\na;b,2026-01-31T20:30:05.000Z\r\n"c,d",');
    });
    it('has its head also where there is no row', async () => {
        expect(await text(csvOf(columns, rows()))).to.equal('\ufeffname,count\r\n');
    });
    it('is read no faster than it is taken, and not at all once nobody takes it', async () => {
        let read = 0;
        let end = () => { };
        const over = new Promise(resolve => {
            end = resolve;
        });
        async function* endless() {
            try {
                for (;;)
                    yield { name: `n${read++}`, count: 1 };
            }
            finally {
                end();
            }
        }
        const stream = csvOf(columns, endless());
        for await (const chunk of stream) {
            expect(String(chunk)).to.include('n0');
            break;
        }
        expect(read).to.be.below(5_000);
        await over;
        expect(stream.destroyed).to.equal(true);
    });
    it('breaks off where the database does, and does not end as if it were whole', async () => {
        async function* failing() {
            yield { name: 'a', count: 1 };
            throw new Error('away');
        }
        const failed = await text(csvOf(columns, failing())).catch((error) => error.message);
        expect(failed).to.equal('away');
    });
});
//# sourceMappingURL=csv.test.js.map