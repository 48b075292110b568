const levels = { info: 30, fatal: 60 };
/** A full disk or a closed pipe is no reason not to start. */
for (const stream of [process.stdout, process.stderr])
    stream.on('error', () => { });
/** That it is ready. On stdout, whatever LOG_LEVEL says: who starts it waits for it. */
export function tellReady(sentence, details) {
    tell(process.stdout, levels.info, sentence, details, []);
}
/** Why it did not start. */
export function tellFailure(sentence, problems = []) {
    tell(process.stderr, levels.fatal, sentence, problems.length > 0 ? { problems } : {}, problems);
}
/** A password that is shown once, to whoever starts it, in whatever he reads; it stands in no line of the log. */
export function tellPassword(username, password) {
    process.stdout.write(`The first administrator was made. This password is shown once:\n  username  ${username}\n  password  ${password}\n`);
}
function tell(output, level, msg, details, list) {
    const text = [msg, ...list.map(one => `  - ${one}`)].join('\n');
    output.write(`${output.isTTY ? text : JSON.stringify({ level, time: Date.now(), ...details, msg })}\n`);
}
//# sourceMappingURL=telling.js.map