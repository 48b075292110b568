// Many requests at once, and how long each took.
import { aClient } from './client.js';
/**
 * Refreshes one token `count` times at once, by turns at each of these servers.
 * @param send how, where it is not by the API
 */
export function refreshAtOnce(urls, refresh, count, send = (server, token) => aClient(server).refresh(token)) {
    return Promise.all(Array.from({ length: count }, async (_, index) => {
        const startedAt = performance.now();
        const answer = await send({ url: urls[index % urls.length] }, refresh);
        return { answer, ms: performance.now() - startedAt };
    }));
}
/** The values at these shares of the whole: `quantiles(times, 0.5, 0.99)`, rounded. */
export function quantiles(values, ...shares) {
    const sorted = [...values].sort((a, b) => a - b);
    return shares.map(share => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]));
}
export function median(values) {
    return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
/** How often a test that throws dice does so; more where the environment says so. */
export function trials(usual) {
    return Number(process.env.TRIALS) || usual;
}
//# sourceMappingURL=bursts.js.map