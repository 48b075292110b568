// What is made of a folder that comes with the program, and changes with it alone: once in a process, however many servers it has.

export function oncePerFolder<T>(make: (folder: string) => T): (folder: string) => T {
  const made = new Map<string, T>()
  return folder => {
    if (!made.has(folder)) made.set(folder, make(folder))
    return made.get(folder)!
  }
}
