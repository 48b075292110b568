// A wall clock that one server process alone believes in, and that can be stepped while it runs; its monotonic clock stays
// true, as it does when somebody sets the time of a machine.
import { existsSync, mkdtempSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
const library = ['/usr/lib', ...folders('/usr/lib').map(folder => join('/usr/lib', folder))]
    .map(folder => join(folder, 'faketime', 'libfaketimeMT.so.1'))
    .find(existsSync);
export function whyNoWallClock() {
    return library ? null : 'a stepped clock needs faketime (apt-get install faketime)';
}
export function aWallClock() {
    const file = join(mkdtempSync(join(tmpdir(), 'darvoza-clock-')), 'offset');
    const set = (seconds) => {
        // Renamed, because the process reads it at every look at the clock.
        writeFileSync(`${file}.new`, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}`);
        renameSync(`${file}.new`, file);
    };
    set(0);
    return {
        env: {
            LD_PRELOAD: library,
            FAKETIME_TIMESTAMP_FILE: file,
            // It looks into the file at every call; without this only every ten seconds.
            FAKETIME_NO_CACHE: '1',
            FAKETIME_DONT_FAKE_MONOTONIC: '1',
        },
        set,
    };
}
function folders(path) {
    return existsSync(path) ? readdirSync(path) : [];
}
//# sourceMappingURL=wall-clock.js.map