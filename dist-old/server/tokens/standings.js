import { ownApplicationId } from '../policy/application-metadata.js';
/** How often a request looks again because the policy, or an application, changed under it. */
const tries = 5;
export function createStandings(deps) {
    const { database, sessionStore, sessionLimit, tail, policy, applications } = deps;
    /** What an application may have depends on resource servers too: whoever changed one raised the head's number of them. */
    const isBehind = (one, eras) => one.policyVersion !== eras.head ||
        (one.session.applicationId !== ownApplicationId &&
            one.session.scope !== '' &&
            one.resourcesVersion !== applications.resourceHead);
    return {
        /**
         * Reads sessions together with the policy, and the applications, of the same instant. A process that is a quarter of a
         * second behind must sign nobody out by a policy that was undone, nor issue what a new one has just forbidden. Only the
         * sessions that it was behind for are read again.
         * @param first what is done before the read; done again for those that are read again
         * @returns those that were found; `behind`: for which of them this process stayed behind, however often it looked
         */
        async underOnePolicy(ids, first = async () => { }) {
            const found = new Map();
            let left = new Set(ids);
            for (let attempt = 1; attempt <= tries && left.size > 0; attempt++) {
                const eras = policy.eras();
                await first(eras, left);
                const read = await sessionStore.standings(database, [...left], sessionLimit.least(eras));
                const outdated = new Set(applications.outdated([...read.values()].map(one => one.application)));
                // Another one by now where something was read meanwhile.
                const moved = policy.eras() !== eras;
                left = new Set();
                let isLate = false;
                for (const [id, standing] of read) {
                    const late = isBehind(standing, eras);
                    isLate ||= late;
                    if (late || moved || outdated.has(standing.application.id))
                        left.add(id);
                    else
                        found.set(id, { standing, eras });
                }
                if (outdated.size > 0)
                    await applications.load([...outdated]);
                if (isLate)
                    await tail.readNow();
            }
            return { found, behind: left };
        },
    };
}
//# sourceMappingURL=standings.js.map