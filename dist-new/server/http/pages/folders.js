// What is made of a folder that comes with the program, and changes with it alone: once in a process, however many servers it has.
export function oncePerFolder(make) {
    const made = new Map();
    return folder => {
        if (!made.has(folder))
            made.set(folder, make(folder));
        return made.get(folder);
    };
}
//# sourceMappingURL=folders.js.map