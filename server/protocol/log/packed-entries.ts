// In-memory store of the live entries of the log: packed into columns, page by page. An entry is a slot, a number for
// its page and row; an object for each would cost several times as much memory, and long garbage collections.
import { flatText } from './flat-text.js'
import { type Revocation, revocationKinds } from './revocation.js'

/** No slot: the end of a chain, or nothing found. */
export const noSlot = -1

const rowBits = 12
/** Rows of a page, and so the most that is dropped in one turn of the event loop. */
const pageRows = 1 << rowBits
const rowMask = pageRows - 1
/** Marks an empty row in the column `expiresAt`. */
const empty = 0xffff_ffff
/** How many different reasons are stored; further ones read as the empty word. */
const mostReasons = 0xffff
const effects = ['end', 'refresh'] as const

type Page = {
  seq: Float64Array
  /** Epoch s, rounded up. */
  expiresAt: Uint32Array
  /** The next slot of the same subject; in an empty row the next empty row. */
  next: Int32Array
  reason: Uint16Array
  kind: Uint8Array
  effect: Uint8Array
  subject: string[]
  /** null where no entry of the page has one, as on most. */
  exceptSid: (string | null)[] | null
  firstEmpty: number
  live: number
}

function aPage(): Page {
  const next = new Int32Array(pageRows)
  for (let row = 0; row < pageRows; row++) next[row] = row + 1 < pageRows ? row + 1 : noSlot
  return {
    seq: new Float64Array(pageRows),
    expiresAt: new Uint32Array(pageRows).fill(empty),
    next,
    reason: new Uint16Array(pageRows),
    kind: new Uint8Array(pageRows),
    effect: new Uint8Array(pageRows),
    subject: Array<string>(pageRows).fill(''),
    exceptSid: null,
    firstEmpty: 0,
    live: 0,
  }
}

/** @param known reasons that an entry may have; others are stored as long as there is room */
export function createEntries(known: readonly string[]) {
  const pages: (Page | undefined)[] = []
  /** Numbers of the pages with an empty row; the last one is filled first. */
  const pagesWithRoom: number[] = []
  const reasons: string[] = []
  const reasonNumbers = new Map<string, number>()
  let size = 0
  // This version's own reasons come first, so that others cannot displace them.
  for (const reason of ['', ...known]) reasonNumber(reason)

  function reasonNumber(reason: string): number {
    const known = reasonNumbers.get(reason)
    if (known !== undefined) return known
    if (reasons.length > mostReasons) return 0
    const word = flatText(reason)
    reasonNumbers.set(word, reasons.length)
    return reasons.push(word) - 1
  }

  const pageOf = (slot: number): Page => pages[slot >> rowBits]!

  function addPage(): number {
    const gap = pages.indexOf(undefined)
    const number = gap === -1 ? pages.length : gap
    pages[number] = aPage()
    pagesWithRoom.push(number)
    return number
  }

  /** The object that `show` fills each time, so that reading allocates nothing. */
  const shown: Revocation = {
    seq: 0,
    kind: 'all',
    subject: '',
    effect: 'end',
    exceptSid: null,
    reason: '',
    expiresAt: 0,
  }

  return {
    /** One more than the highest page number; some pages may have been dropped. */
    pageCount: () => pages.length,

    size: () => size,

    /** Stores an entry, not linked to a chain yet; `subject` and `exceptSid` are kept as they are. @returns its slot */
    add({ seq, kind, effect, reason, expiresAt }: Revocation, subject: string, exceptSid: string | null): number {
      const number = pagesWithRoom.at(-1) ?? addPage()
      const page = pages[number]!
      const row = page.firstEmpty
      page.firstEmpty = page.next[row]!
      page.live++
      size++
      if (page.firstEmpty === noSlot) pagesWithRoom.pop()
      page.seq[row] = seq
      page.expiresAt[row] = Math.min(Math.max(Math.ceil(expiresAt / 1000), 0), empty - 1)
      page.next[row] = noSlot
      page.reason[row] = reasonNumber(reason)
      page.kind[row] = revocationKinds.indexOf(kind)
      page.effect[row] = effects.indexOf(effect)
      page.subject[row] = subject
      if (exceptSid !== null) {
        page.exceptSid ??= Array<string | null>(pageRows).fill(null)
        page.exceptSid[row] = exceptSid
      }
      return (number << rowBits) | row
    },

    /** Empties a slot that no chain contains any more. An empty page is dropped, unless it is the last with room. */
    drop(slot: number): void {
      const number = slot >> rowBits
      const page = pages[number]!
      const row = slot & rowMask
      page.expiresAt[row] = empty
      page.subject[row] = ''
      if (page.exceptSid) page.exceptSid[row] = null
      if (page.firstEmpty === noSlot) pagesWithRoom.push(number)
      page.next[row] = page.firstEmpty
      page.firstEmpty = row
      page.live--
      size--
      if (page.live > 0 || pagesWithRoom.length === 1) return
      pages[number] = undefined
      pagesWithRoom.splice(pagesWithRoom.indexOf(number), 1)
    },

    clear(): void {
      pages.length = 0
      pagesWithRoom.length = 0
      size = 0
    },

    next: (slot: number): number => pageOf(slot).next[slot & rowMask]!,

    link(slot: number, next: number): void {
      pageOf(slot).next[slot & rowMask] = next
    },

    subject: (slot: number): string => pageOf(slot).subject[slot & rowMask]!,

    /** Epoch s. */
    expiry: (slot: number): number => pageOf(slot).expiresAt[slot & rowMask]!,

    keepUntil(slot: number, expiry: number): void {
      pageOf(slot).expiresAt[slot & rowMask] = Math.min(expiry, empty - 1)
    },

    /**
     * The entry in a slot, valid until the next call; a caller that keeps it copies it. `expiresAt` in whole seconds.
     */
    show(slot: number): Revocation {
      const page = pageOf(slot)
      const row = slot & rowMask
      shown.seq = page.seq[row]!
      shown.kind = revocationKinds[page.kind[row]!]!
      shown.subject = page.subject[row]!
      shown.effect = effects[page.effect[row]!]!
      shown.exceptSid = page.exceptSid === null ? null : page.exceptSid[row]!
      shown.reason = reasons[page.reason[row]!]!
      shown.expiresAt = page.expiresAt[row]! * 1000
      return shown
    },

    /** Calls `visit` with every entry of one page; a caller that keeps one copies it. */
    each(number: number, visit: (entry: Revocation) => void): void {
      const page = pages[number]
      if (!page) return
      for (let row = 0; row < pageRows; row++)
        if (page.expiresAt[row] !== empty) visit(this.show((number << rowBits) | row))
    },

    /**
     * Calls `each` with every slot of one page that has expired at `now` (epoch s); it may drop any slots. @returns
     * how many
     */
    expired(number: number, now: number, each: (slot: number) => void): number {
      const page = pages[number]
      if (!page) return 0
      const before = size
      for (let row = 0; row < pageRows; row++) {
        if (page.expiresAt[row]! <= now) each((number << rowBits) | row)
      }
      return before - size
    },
  }
}

export type Entries = ReturnType<typeof createEntries>
