// The log of a process that serves: JSON lines on stderr and nothing else between them, whoever wrote it.
import { inspect } from 'node:util';
import { pino, stdSerializers } from 'pino';
import { Refusal } from '../protocol/errors.js';
import { StorageFailure } from '../storage/storage-failure.js';
import { createLogDestination, toStderr } from './log-destination.js';
const warnLevel = 40;
export function createProcessLog(level) {
    const destination = createLogDestination({ ...toStderr(), lossOf });
    const log = pino({ level, base: undefined, serializers: { err: errorsAt(level) } }, destination);
    process.on('exit', destination.flushNow);
    return { log, flush: destination.flush, isStuck: destination.isStuck };
}
function lossOf(lines, reason) {
    const line = {
        level: warnLevel,
        time: Date.now(),
        lines,
        reason,
        msg: 'log lines were lost: they could not be written',
    };
    return `${JSON.stringify(line)}\n`;
}
/** What somebody reads who runs the server: why it could not be served. Statements and stacks are for who looks for a mistake. */
export function errorsAt(level) {
    if (level === 'debug' || level === 'trace')
        return error => stdSerializers.err(error);
    return error => {
        const reason = reasonOf(error);
        return reason === null ? stdSerializers.err(error) : { reason };
    };
}
/** In a word, for what is no mistake of ours; null for what may be one, whose stack is needed to find it. */
function reasonOf(error) {
    if (error instanceof StorageFailure)
        return error.code;
    if (!(error instanceof Refusal))
        return null;
    return error.code === 'server_error' ? null : (reasonOf(error.cause) ?? error.code);
}
/** What libraries print and node warns of becomes lines like ours; what nobody caught ends the process, with a line. */
export function captureOutput({ log, flush }) {
    for (const [method, write] of Object.entries({
        log: log.debug,
        info: log.debug,
        debug: log.debug,
        trace: log.debug,
        warn: log.warn,
        error: log.warn,
    })) {
        const said = (...words) => write.call(log, { text: words.map(asText).join(' ').slice(0, 2_000) }, 'a library wrote to the console');
        console[method] = said;
    }
    // Node's own listener prints.
    process.removeAllListeners('warning');
    process.on('warning', ({ name, message, code }) => log.warn({ name, code, text: message.slice(0, 2_000) }, 'node warns'));
    process.on('uncaughtException', error => {
        log.fatal({ err: error }, 'an unexpected error ended the process');
        void flush(1_000).then(() => process.exit(1));
    });
}
function asText(word) {
    return typeof word === 'string' ? word : inspect(word, { breakLength: Number.POSITIVE_INFINITY });
}
//# sourceMappingURL=log.js.map