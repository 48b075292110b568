import { InvalidArgumentError } from 'commander';
import { auditSubjects } from '../policy/audit.js';
import { addCommand } from './command-line.js';
import { Failure } from './failures.js';
import { firstOf, withLimit } from './listing.js';
import { printedTime } from './output.js';
export function addAuditCommands(program, { open, output }) {
    const audit = program.command('audit').description('who did what to whom');
    withLimit(addCommand(audit, 'list', 'list what was done, the newest first'))
        .option('--actor <actor>', 'only what this one did: user:7, operator:NAME or system')
        .option('--action <action>', 'only this action, such as user_disabled')
        .option('--subject <kind:id>', 'only what was done to this, such as user:7', readSubject)
        .action(async ({ limit, json, ...search }) => {
        const { auditLog } = (await open()).logs;
        const found = await firstOf(auditLog.every(search), limit, output);
        const columns = ['seq', 'at', 'actor', 'action', 'subject', 'address', 'before', 'after'];
        await output.table(found.map(json ? printedEntry : shownEntry), columns, { json: json === true });
    });
    addCommand(audit, 'verify', 'check the chain; names the first entry that was changed, removed or inserted').action(async (format) => {
        const { auditLog } = (await open()).logs;
        const { checked, head, broken } = await auditLog.verify();
        const said = broken
            ? `the chain is broken at entry ${broken.seq}: ${broken.what} (${checked} entries before it are as they were)`
            : `the chain holds: ${checked} entries, up to ${head.seq} with the hash ${head.hash || '-'}`;
        const record = { checked, head, intact: broken === null, first_broken: broken };
        if (broken && !format.json)
            throw new Failure(said);
        await output.done(said, record, format);
        if (broken)
            throw new Failure(said);
    });
}
function readSubject(text) {
    const [kind, ...id] = text.split(':');
    if (!auditSubjects.includes(kind) || id.length === 0)
        throw new InvalidArgumentError(`It must be KIND:ID, the kind one of ${auditSubjects.join(', ')}.`);
    return { kind: kind, id: id.join(':') };
}
function printedEntry(entry) {
    return {
        seq: entry.seq,
        at: printedTime(entry.createdAt),
        actor: entry.actor,
        action: entry.action,
        subject_kind: entry.subjectKind,
        subject: entry.subject,
        address: entry.address,
        user_agent: entry.userAgent,
        request_id: entry.requestId,
        before: entry.beforeJson === null ? null : JSON.parse(entry.beforeJson),
        after: entry.afterJson === null ? null : JSON.parse(entry.afterJson),
        hash: entry.hash,
    };
}
/** In a table, what was and what is stand as they are kept. */
function shownEntry(entry) {
    const subject = `${entry.subjectKind}:${entry.subject}`;
    return { ...printedEntry(entry), subject, before: entry.beforeJson, after: entry.afterJson };
}
//# sourceMappingURL=audit.js.map