// Caches what is made from a folder of the program, which does not change: once in a process, however many servers it
// has.

export function oncePerFolder<T>(make: (folder: string) => T): (folder: string) => T {
  const made = new Map<string, T>()
  return folder => {
    if (!made.has(folder)) made.set(folder, make(folder))
    return made.get(folder)!
  }
}
