import { manualTriggers } from '../policy/manual-revocation.js';
import { addCommand } from './command-line.js';
import { firstOf, withLimit } from './listing.js';
import { printedTime } from './output.js';
export function addRevocationCommands(program, { open, actor, output }) {
    const revocation = program.command('revocation').description('the revocation log');
    withLimit(addCommand(revocation, 'list', 'list what the log refuses, the newest first')).action(async (options) => {
        const { revocationLog } = (await open()).logs;
        const found = await firstOf(revocationLog.every({}), options.limit, output);
        const columns = ['seq', 'kind', 'subject', 'effect', 'reason', 'actor', 'created_at', 'expires_at'];
        await output.table(found.map(printedRevocation), columns, options);
    });
    addCommand(revocation, 'add <kind> [subject]', `refuse by hand: ${Object.keys(manualTriggers).join(', ')} (no subject)`)
        .option('--effect <effect>', 'end: it is over; refresh: claims are stale, a refresh brings new ones', 'end')
        .option('--reason <text>', 'why, for the audit log', '')
        .action(async (kind, subject, { effect, reason, ...format }) => {
        const { revocationLog } = (await open()).logs;
        const entry = await revocationLog.add({ kind, subject: subject ?? '', effect, why: reason }, actor);
        const said = `wrote entry ${entry.seq}: ${kind} ${subject ?? ''} ${effect}`;
        await output.done(said, printedRevocation(entry), format);
    });
}
function printedRevocation(entry) {
    return {
        seq: entry.seq,
        kind: entry.kind,
        subject: entry.subject,
        effect: entry.effect,
        except_sid: entry.exceptSid,
        reason: entry.reason,
        actor: entry.actor,
        created_at: printedTime(entry.createdAt),
        expires_at: printedTime(entry.expiresAt),
    };
}
//# sourceMappingURL=revocation.js.map