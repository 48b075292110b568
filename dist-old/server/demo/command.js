import { InvalidArgumentError } from 'commander';
import { addCommand } from '../commands/command-line.js';
import { Failure } from '../commands/failures.js';
import { mostDemoSessions, mostDemoUsers } from './spans.js';
export function addSeedCommands(program, { openDemo, input, output }) {
    const seed = program.command('seed').description('people who never were');
    addCommand(seed, 'demo', 'fill the installation with users, devices, sessions and their history, to look at')
        .option('--users <n>', 'how many users', readCount(mostDemoUsers), 500)
        .option('--sessions <n>', 'how many sessions, over or not; five for each user if left out', readCount(mostDemoSessions))
        .option('--seed <text>', 'the same text makes the same people', 'darvoza')
        .option('--password-stdin', 'read one password from stdin with which all of them can sign in; else nobody can')
        .option('--yes', 'also beside users who are there already')
        .action(async ({ users, sessions = 5 * users, seed, passwordStdin, yes, json }) => {
        const password = passwordStdin ? await input.password({ passwordStdin }) : null;
        const demo = await openDemo();
        if (!yes && (await demo.hasPeople()))
            throw new Failure('there are users here beside administrators: give --yes if invented ones may stand among them');
        const bar = json ? null : await output.progress();
        const made = await demo
            .make({ users, sessions, seed, password, ...(bar && { onProgress: bar.show }) })
            .finally(() => bar?.end());
        const { devices, auditEntries } = made;
        const said = `made ${users} users with ${devices} devices and ${sessions} sessions, and ${auditEntries} entries of the audit log`;
        await output.done(password === null ? `${said}; none of them can sign in` : said, { ...printed(made), seed }, { json });
    });
}
function printed({ users, devices, sessions, auditEntries, revocations }) {
    return { users, devices, sessions, audit_entries: auditEntries, revocations };
}
function readCount(most) {
    return (text) => {
        const count = /^[1-9]\d{0,6}$/.test(text) ? Number(text) : 0;
        if (count < 1 || count > most)
            throw new InvalidArgumentError(`It must be a number from 1 to ${most}.`);
        return count;
    };
}
//# sourceMappingURL=command.js.map