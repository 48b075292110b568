import { farthestSeen } from './clock.js';
/** A gap between two beats that is longer is an outage; ms. */
const outageGap = 3_000;
/** Outages that follow each other within the longest grace count as one: a client had no time to come back between them. */
const sameOutage = 60_000;
export function createHeartbeatStore() {
    return {
        /** Some process reached the database at `now` (epoch ms); the first beat after a gap writes the outage down. */
        async beat(tx, now) {
            const gap = now - outageGap;
            // The order matters on MySQL, whose later assignments see what the earlier ones wrote.
            await tx.write(`UPDATE heartbeat SET
           outage_started_at = CASE WHEN beat_at < ? AND beat_at - outage_ended_at > ? THEN beat_at ELSE outage_started_at END,
           outage_ended_at = CASE WHEN beat_at < ? THEN ? ELSE outage_ended_at END,
           beat_at = ?
         WHERE id = 1 AND (beat_at < ? OR beat_at > ?)`, 
            // One that lies too far ahead was written by a clock that was wrong.
            [gap, sameOutage, gap, now, now, now - 500, now + farthestSeen]);
        },
        /** When the last one was, by any process; epoch ms. */
        async last(tx) {
            const [row] = await tx.read('SELECT beat_at AS beatAt FROM heartbeat WHERE id = 1');
            return row?.beatAt ?? 0;
        },
        /** The latest outage, or null when there was none. */
        async outage(tx) {
            const [row] = await tx.read('SELECT outage_started_at AS startedAt, outage_ended_at AS endedAt FROM heartbeat WHERE id = 1');
            return row && row.endedAt > 0 ? row : null;
        },
    };
}
//# sourceMappingURL=heartbeats.js.map