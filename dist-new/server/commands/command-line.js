/** Adds one command under a noun: `addCommand(user, 'rename <name> <new-name>', 'Give a user another name')`. */
export function addCommand(noun, usage, what) {
    return noun.command(usage).description(what).option('--json', 'print JSON');
}
//# sourceMappingURL=command-line.js.map