// A bounded cache, nearly LRU, in two halves: when the young one is full it becomes the old one, and entries of the former old
// one that were not read since are evicted.

/** @param size how many are kept at the most; 0: none */
export function createRecent<Value>(size: number) {
  const half = Math.max(1, Math.floor(size / 2))
  let young = new Map<string, Value>()
  let old = new Map<string, Value>()

  function keep(key: string, value: Value): void {
    if (size === 0) return
    if (young.size >= half) {
      old = young
      young = new Map()
    }
    young.set(key, value)
  }

  return {
    keep,

    find(key: string): Value | undefined {
      const found = young.get(key)
      if (found !== undefined) return found
      const older = old.get(key)
      if (older !== undefined) keep(key, older)
      return older
    },

    forget(key: string): void {
      young.delete(key)
      old.delete(key)
    },

    clear(): void {
      young = new Map()
      old = new Map()
    },

    size: (): number => young.size + old.size,
  }
}
