// The applications that this process has met, as their rows were when the head of the log last named a change of any. Who
// makes a token reads the row's version together with what the token says, and loads the row anew where it is another one.
import { ownApplicationId, ownLifetimes } from '../policy/application-metadata.js';
import { overridesOf } from '../storage/applications.js';
/** How many are kept beside those that every process knows; whoever was met longest ago goes, and is loaded again. */
const mostMet = 1_000;
export function createApplicationsInForce({ database, applicationStore, tail }) {
    let known = new Map();
    let overrides = new Map();
    let logId = '';
    /** What the head said when all of these rows were read, or found unchanged. */
    let head = 0;
    let resourceHead = 0;
    let areAnyToldOfEnds = false;
    /** How often the head was followed: who reads a row meanwhile reads it once more. */
    let follows = 0;
    /** What is being met: many who ask for one at once read it once. */
    const meeting = new Map();
    tail.follow(({ logId, applicationVersion }) => `${logId} ${applicationVersion}`, async (next) => {
        follows++;
        // A database that went back may name other rows by the same versions.
        const before = next.logId === logId ? known : new Map();
        const always = await applicationStore.knownToAll(database);
        const found = new Map(always.map(one => [one.id, one]));
        const met = [...new Set([ownApplicationId, ...known.keys()])].filter(id => !found.has(id));
        const versions = await applicationStore.versions(database, met);
        const isSame = (id) => before.get(id)?.version === versions.get(id);
        for (const id of met)
            if (versions.has(id) && isSame(id))
                found.set(id, before.get(id));
        const changed = met.filter(id => versions.has(id) && !isSame(id));
        for (const one of await applicationStore.some(database, changed))
            found.set(one.id, one);
        // What was loaded meanwhile is at least as new.
        for (const [id, one] of known)
            if (!met.includes(id) && !found.has(id))
                found.set(id, one);
        areAnyToldOfEnds = await applicationStore.areAnyToldOfEnds(database);
        logId = next.logId;
        head = next.applicationVersion;
        resourceHead = next.resourceVersion;
        take(found);
    });
    function take(next) {
        known = next;
        const now = overridesOf(known.values());
        // Whoever folded the former map folds again only where it says something else.
        if (JSON.stringify([...now].sort()) !== JSON.stringify([...overrides].sort()))
            overrides = now;
    }
    async function load(ids) {
        for (let seen = -1; seen !== follows;) {
            seen = follows;
            const found = await applicationStore.some(database, ids);
            if (seen !== follows)
                continue;
            const next = new Map(known);
            for (const id of ids)
                next.delete(id);
            for (const one of found)
                next.set(one.id, one);
            const passing = [...next.values()].filter(one => !isAlwaysKnown(one));
            for (const { id } of passing.slice(0, Math.max(0, passing.length - mostMet)))
                next.delete(id);
            take(next);
        }
    }
    return {
        /** As it is held here; undefined where it was not met, or is none. */
        find: (id) => known.get(id),
        /** Meets it, if it was not. @throws database_unavailable */
        async meet(id) {
            if (!known.has(id)) {
                const read = meeting.get(id) ?? load([id]).finally(() => meeting.delete(id));
                meeting.set(id, read);
                await read;
            }
            return known.get(id);
        },
        load,
        /** Which of these rows are other ones than are held here. */
        outdated(rows) {
            const ids = new Set();
            for (const { id, version } of rows)
                if (known.get(id)?.version !== version)
                    ids.add(id);
            return [...ids];
        },
        /** Changes with the lifetimes that applications override, and with nothing else. */
        overrides: () => overrides,
        /** Up to where the head's changes are known here. */
        get head() {
            return head;
        },
        /** Up to where changes of those that all must know are known here: resource servers, and own lifetimes. */
        get resourceHead() {
            return resourceHead;
        },
        /** Whether any application is told when its sessions end: where none is, nobody looks for whom to tell. */
        areAnyToldOfEnds: () => areAnyToldOfEnds,
        /** Those that are active. */
        resourceServers: () => [...known.values()].filter(one => one.active && (one.resource !== null || one.id === ownApplicationId)),
    };
}
function isAlwaysKnown({ id, resource, metadata }) {
    return id === ownApplicationId || resource !== null || ownLifetimes(metadata) !== null;
}
//# sourceMappingURL=applications-in-force.js.map