import { addCommand } from './command-line.js';
import { WrongUse } from './failures.js';
export function addRoleCommands(program, { open, actor, output }) {
    const role = program.command('role').description('named sets of permissions');
    addCommand(role, 'list', 'list the roles').action(async (format) => {
        const { roles } = (await open()).people;
        const columns = ['name', 'permissions', 'holders', 'built_in'];
        await output.table((await roles.list()).map(printedRole), columns, format);
    });
    addCommand(role, 'create <name> [permissions...]', 'make a role').action(async (name, permissions, format) => {
        const { roles } = (await open()).people;
        await roles.create(name, permissions, actor);
        await output.done(`made the role ${name}`, printedRole(await roles.require(name)), format);
    });
    addCommand(role, 'set-permissions <name> [permissions...]', 'give a role these permissions and no others')
        .option('--none', 'take all permissions away')
        .action(async (name, permissions, { none, ...format }) => {
        requireListOrNone(permissions, none, 'permissions');
        const { roles } = (await open()).people;
        await roles.update(name, { permissions }, actor);
        await output.done(`set the permissions of ${name}`, printedRole(await roles.require(name)), format);
    });
    addCommand(role, 'rename <name> <new-name>', 'give a role another name; its holders keep it').action(async (name, newName, format) => {
        const { roles } = (await open()).people;
        await roles.update(name, { newName }, actor);
        await output.done(`gave the name ${newName} to ${name}`, printedRole(await roles.require(newName)), format);
    });
    addCommand(role, 'delete <name>', 'delete a role; its holders lose it').action(async (name, format) => {
        const { roles } = (await open()).people;
        await roles.remove(name, actor);
        await output.done(`deleted the role ${name}`, { name, deleted: true }, format);
    });
}
/** An empty list by a slip of the finger must not take everything away. @throws WrongUse */
export function requireListOrNone(list, none, what) {
    if (list.length === 0 && !none)
        throw new WrongUse(`name the ${what}, or give --none to take all of them away`);
    if (list.length > 0 && none)
        throw new WrongUse('--none leaves nothing: name none beside it');
}
function printedRole({ name, permissions, builtIn, holders }) {
    return { name, permissions, built_in: builtIn, holders: holders.count };
}
//# sourceMappingURL=role.js.map