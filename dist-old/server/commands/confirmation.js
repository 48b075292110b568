import { Failure } from './failures.js';
const everybody = 'everybody is signed out';
export const warnings = {
    'user delete': ([name]) => `This deletes the user ${name} for good.`,
    'role delete': ([name]) => `This deletes the role ${name}; its holders lose it.`,
    'application disable': ([id]) => `This ends all sessions of the application ${id}.`,
    'application delete': ([id]) => `This deletes the application ${id} for good and ends its sessions.`,
    'session end': ([id], { user }) => (user && id === undefined ? `This ends all sessions of ${user}.` : null),
    'key revoke': ([kid]) => kid === 'refresh' ? `This revokes the refresh key: ${everybody}.` : `This revokes ${kid} for good.`,
    'revocation add': ([kind, subject], { effect }) => effect === 'end' && kind !== 'token' && kind !== 'session'
        ? `This ends all sessions of ${subject ? `${kind} ${subject}` : 'everybody'}.`
        : null,
    'issuer set': () => `This refuses every token that there is: ${everybody}.`,
    'log advance': () => `This gives the log a new id: ${everybody}.`,
    'migrate down': () => 'This deletes the data in the tables of the last migration.',
};
/** Gives these commands `--yes`, and lets each ask before it runs. */
export function askFirst(program, input) {
    for (const [path, warn] of Object.entries(warnings)) {
        const [noun, verb] = path.split(' ');
        const command = program.commands.find(one => one.name() === noun)?.commands.find(one => one.name() === verb);
        if (!command)
            throw new Error(`there is no command ${path}`);
        command.option('--yes', 'do not ask').hook('preAction', async (_, { args }) => {
            const { yes, ...options } = command.opts();
            const warning = yes ? null : warn(args, options);
            if (warning !== null && !(await input.confirmed(warning)))
                throw new Failure('nothing was changed');
        });
    }
}
//# sourceMappingURL=confirmation.js.map