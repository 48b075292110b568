// Keeps this process and Redis in touch: hears what other processes have committed, makes sure by a beat that it would hear
// it, and tries whether Redis does what else it is there for. Redis away or wrong costs time, and nothing else.
import { randomUUID } from 'node:crypto';
import { RedisFailure } from '../storage/redis-failure.js';
import { logChannel } from './redis-log.js';
/** How often it is tried whether Redis answers and we hear, in ms. */
const beatInterval = 1_000;
/** How long a word to ourselves may take, in ms. */
const earshot = 500;
/** After so many beats without an answer the connections are made anew: they may be dead without having been closed. */
const patientBeats = 3;
/** The copy is looked after at every so many beats. */
const beatsPerRepair = 5;
/** How long a start waits for Redis, in ms. */
const patience = 1_000;
/** How often somebody else's words on our channel, or another reason of the same outage, are told of, in ms. */
const complaintInterval = 60_000;
export function createRedisLink(deps) {
    const { redis, redisLog, redisCopy, tail, log } = deps;
    const ownChannel = `${logChannel}:${randomUUID()}`;
    let echo = null;
    let timer;
    let stopped = false;
    let hears = false;
    /** Why we do not hear, where Redis has said so. */
    let deafness = null;
    const needs = [];
    /** What was logged last: the reason, null for none. */
    let told = null;
    let missedBeats = 0;
    let beatsToRepair = 0;
    let strangers = { count: 0, toldAt: Number.NEGATIVE_INFINITY };
    redis.listener.on('ready', () => void listen());
    redis.listener.on('close', () => {
        hears = false;
    });
    redis.listener.on('message', (channel, text) => (channel === ownChannel ? echo?.() : hear(text)));
    async function listen() {
        try {
            await redis.listener.subscribe(logChannel, ownChannel);
            deafness = null;
        }
        catch (error) {
            // The next beat does not hear itself, and connects anew.
            deafness = RedisFailure.from(error, 'listen to the other servers');
        }
    }
    function hear(text) {
        const message = redisLog.readMessage(text);
        if (!message)
            complain();
        else if (message.log !== tail.logId)
            look(tail.readNow());
        else if (message.entries.length < message.upto - message.after || !tail.applyRemote(message)) {
            // A gap, or too many to send: whoever said it had committed it, so the database must have it by now.
            look(tail.reach(message.upto, 'Redis'));
        }
    }
    /** Nobody waits for this read; who needs one that works asks for it. */
    function look(read) {
        read.catch(() => { });
    }
    function complain() {
        strangers.count++;
        if (performance.now() - strangers.toldAt < complaintInterval)
            return;
        const message = 'what was said in Redis is not ours: another installation, or a server with another SECRET_KEY';
        log.warn({ count: strangers.count }, message);
        strangers = { count: 0, toldAt: performance.now() };
    }
    /** Publishes to itself, through everything that another process's words would pass. */
    async function hearsItself() {
        let overdue;
        const heard = new Promise(resolve => {
            echo = () => resolve(true);
            overdue = setTimeout(resolve, earshot, false);
        });
        try {
            await redis.verify();
            await redis.probe(client => client.publish(ownChannel, ''), 'tell the other servers');
            return await heard;
        }
        catch {
            return false;
        }
        finally {
            clearTimeout(overdue);
            echo = null;
        }
    }
    async function beat() {
        hears = await hearsItself();
        if (hears)
            redis.heard();
        missedBeats = hears ? 0 : missedBeats + 1;
        if (missedBeats >= patientBeats) {
            missedBeats = 0;
            redis.reconnect();
        }
        // After each silence at once: much may have been missed, or lost.
        if (!hears)
            beatsToRepair = 0;
        else if (beatsToRepair-- <= 0) {
            beatsToRepair = (await isInOrder()) ? beatsPerRepair : 0;
        }
        redisCopy.settle();
        tellStatus();
    }
    async function isInOrder() {
        const isRight = await redisCopy.repair();
        for (const need of needs)
            await need.tryOut();
        return isRight && needs.every(need => need.failure() === null);
    }
    /** Why Redis does not do all that it is there for; null while it does. */
    function trouble() {
        if (!redis.answers)
            return redis.lastFailure ?? new RedisFailure('AWAY');
        if (!hears)
            return deafness ?? redis.lastFailure ?? new RedisFailure('TIMEOUT', 'listen to the other servers');
        const unmet = needs.map(need => need.failure()).find(failure => failure !== null);
        return redisLog.refused ?? redisCopy.failure ?? unmet ?? null;
    }
    const status = () => (trouble() === null ? 'ok' : 'degraded');
    function tellStatus() {
        const failure = trouble();
        const reason = failure?.reason ?? null;
        if (reason === (told?.reason ?? null) && told)
            return;
        // One outage has many faces: another reason is told after a while.
        const at = performance.now();
        if (reason !== null && told?.reason && at - told.at < complaintInterval)
            return;
        if (failure)
            log.warn({ failure: failure.code, reason: failure.reason }, 'Redis is degraded: what servers share through it goes through the database, or each by itself');
        else if (told)
            log.info({}, 'Redis works again');
        told = { reason, at };
    }
    function schedule() {
        timer = setTimeout(async () => {
            await beat();
            if (!stopped)
                schedule();
        }, beatInterval).unref();
    }
    return {
        /** `degraded`: revocations still hold, they reach other processes more slowly. */
        status,
        /** Why it is degraded, in words; null while it is not. */
        reason: () => trouble()?.reason ?? null,
        /** Counts among what Redis is there for from now on. */
        require(need) {
            needs.push(need);
        },
        /** Connects, and waits a moment for what Redis knows already; without Redis it goes on, and connects later. */
        async start() {
            const connected = await redis.connect(patience);
            if (connected)
                await listen();
            redisCopy.settle();
            await beat();
            if (!stopped)
                schedule();
        },
        /** Says what is still to be said, and closes. */
        async close() {
            stopped = true;
            clearTimeout(timer);
            await redisLog.silence();
            redis.close();
        },
    };
}
//# sourceMappingURL=redis-link.js.map