import { addCommand } from './command-line.js';
import { printedTime } from './output.js';
export function addVerifierCommands(program, { open, output }) {
    const verifier = program.command('verifier').description('resource servers that follow the revocation log');
    addCommand(verifier, 'list', 'list who follows the log, and up to where each has applied it')
        .option('--application <id>', "only this application's")
        .action(async ({ application, ...format }) => {
        const { logs: { verifierList }, applications: { applications }, } = await open();
        if (application !== undefined)
            await applications.require(application);
        const found = await verifierList.list(application);
        const columns = [
            'application',
            'verifier',
            'version',
            'address',
            'applied',
            'behind',
            'connected',
            'lease_ends_at',
            'last_seen_at',
        ];
        await output.table(found.map(printedVerifier), columns, format);
    });
}
function printedVerifier(one) {
    return {
        application: one.applicationId,
        verifier: one.name,
        version: one.version,
        address: one.address,
        applied: one.applied,
        behind: one.behind,
        connected: one.connected,
        applied_at: printedTime(one.appliedAt),
        last_seen_at: printedTime(one.renewedAt),
        lease_ends_at: printedTime(one.leaseUntil),
        keys_fetched_at: printedTime(one.keysFetchedAt),
        first_seen_at: printedTime(one.firstSeen),
    };
}
//# sourceMappingURL=verifier.js.map