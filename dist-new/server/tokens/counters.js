// Counts what the dashboard plots, in memory, and adds it to the database every few seconds: no request waits for a counter,
// and no row is locked by one. A crash loses seconds.
import { grains } from '../policy/figures.js';
export function createCounters({ database, figureStore, now }) {
    /** By minute and name. */
    let counted = new Map();
    function add({ beginsAt, name, value }) {
        const key = `${beginsAt} ${name}`;
        const known = counted.get(key);
        if (known)
            known.value += value;
        else
            counted.set(key, { grain: 'minute', beginsAt, name, value });
    }
    const count = (name, howOften = 1) => {
        const at = now();
        if (howOften > 0)
            add({ beginsAt: at - (at % grains.minute.length), name, value: howOften });
    };
    return {
        count,
        /** Writes down what was counted since. What cannot be written is kept for the next time. */
        async flush() {
            if (counted.size === 0)
                return;
            const taken = [...counted.values()];
            counted = new Map();
            try {
                await database.transaction(tx => figureStore.add(tx, [...taken, ...byHour(taken)]));
            }
            catch (error) {
                for (const one of taken)
                    add(one);
                throw error;
            }
        },
    };
}
function byHour(minutes) {
    const hours = new Map();
    for (const { beginsAt, name, value } of minutes) {
        const hour = beginsAt - (beginsAt % grains.hour.length);
        const known = hours.get(`${hour} ${name}`);
        if (known)
            known.value += value;
        else
            hours.set(`${hour} ${name}`, { grain: 'hour', beginsAt: hour, name, value });
    }
    return [...hours.values()];
}
//# sourceMappingURL=counters.js.map