// Tokens of the former service: imports its outstanding tokens and its blacklist, and reports how many may still be
// exchanged.
import { setTimeout as pause } from 'node:timers/promises'
import type { Command } from 'commander'
import type { LegacyImport, OutstandingToken } from '../identity/legacy/legacy-import.js'
import type { LegacyStatus } from '../identity/legacy/legacy-status.js'
import { addCommand, type CommandLine } from './command-line.js'
import { Failure, UsageError } from './failures.js'
import { jsonRows } from './json-rows.js'
import { readLegacyRow } from './legacy-rows.js'
import { type Format, type Printed, printedTime } from './output.js'

export function addLegacyCommands(program: Command, line: CommandLine): void {
  const legacy = program.command('legacy').description('refresh tokens of the legacy service (simplejwt)')

  addCommand(
    legacy,
    'import-blacklist <file>',
    'take in what `manage.py dumpdata token_blacklist` wrote: what is blacklisted is not exchanged, the rest is awaited; - is stdin',
  ).action((file: string, format: Format) => importBlacklist(line, file, format))

  addCommand(legacy, 'status', 'show how many tokens were exchanged, are outstanding, and were refused').action(
    async (format: Format) => {
      const { legacyStatus } = (await line.open()).legacy
      await line.output.record(printed(await legacyStatus.show(), format), format)
    },
  )
}

/** How many rows are written at a time. */
const batch = 500
/** Shortest pause between two batches, in ms: a server on the same SQLite file gets its turn. */
const shortestPause = 5

type Refused = { at: string; problem: string }

async function importBlacklist(
  { open, actor, input, output }: Pick<CommandLine, 'open' | 'actor' | 'input' | 'output'>,
  file: string,
  format: Format,
): Promise<void> {
  const counts = { outstanding: 0, listed: 0, on_blacklist: 0, blacklisted: 0, sessions_ended: 0, over: 0 }
  const refused: Refused[] = []
  /** Hashes by the dump's keys; null for expired tokens. */
  const known = new Map<string | number, string | null>()
  /** Blacklisted tokens whose outstanding row was not read yet: their positions. */
  const awaited = new Map<string | number, string>()
  let listed: OutstandingToken[] = []
  let blacklisted: string[] = []
  // Opened at the first valid row: a wrong file changes nothing.
  let opened: LegacyImport | null = null

  async function write(legacyImport: LegacyImport, most: number): Promise<void> {
    if (listed.length < most && blacklisted.length < most) return
    const since = performance.now()
    counts.listed += await legacyImport.list(listed)
    const { ended, sessions } = await legacyImport.end(blacklisted, actor)
    counts.blacklisted += ended
    counts.sessions_ended += sessions
    listed = []
    blacklisted = []
    await pause(Math.max(shortestPause, performance.now() - since))
  }

  function refuse(at: string, problem: string): void {
    refused.push({ at, problem })
    if (!format.json) output.remark(`${at}: ${problem}`)
  }

  /** Blacklists a token; an expired one needs no row. */
  function end(hash: string | null): void {
    counts.on_blacklist++
    if (hash !== null) blacklisted.push(hash)
  }

  try {
    let others = 0
    for await (const { kind, number, text } of jsonRows((await input.file(file)).chunks())) {
      const row = readLegacyRow(text)
      // A wrong file would otherwise be refused row by row.
      if (!opened && !text.trimStart().startsWith('{'))
        throw new UsageError('this is neither a JSON array of objects nor JSON Lines')
      opened ??= (await open()).legacy.legacyImport
      const at = `${kind} ${number}`
      if (typeof row === 'string') refuse(at, row)
      else if (row.kind === 'other') others++
      else if (row.kind === 'outstanding') {
        const { key, jti, userId, expiresAt } = row
        const isOver = opened.isOver(expiresAt)
        const hash = isOver ? null : opened.hashOf(jti)
        counts.outstanding++
        if (isOver) counts.over++
        else listed.push({ jti, userId, expiresAt })
        known.set(key, hash)
        if (awaited.delete(key)) end(hash)
      } else if (known.has(row.of)) end(known.get(row.of)!)
      else awaited.set(row.of, at)
      await write(opened, batch)
    }
    if (opened) await write(opened, 1)
    for (const [key, at] of awaited) refuse(at, `it blacklists the outstanding token ${key}, which is not in the file`)
    if (others > 0) output.remark(`${others} rows of other models were passed over`)
    if (others > 0 && counts.outstanding === 0)
      throw new Failure('there is no row of token_blacklist in it: manage.py dumpdata token_blacklist writes them')
  } catch (error) {
    if (opened === null) throw error
    await output.done(sentenceOf(counts, ', then had to stop'), { ...counts, refused, complete: false }, format)
    throw error instanceof UsageError ? new Failure(error.message) : error
  } finally {
    if (opened && counts.listed + counts.blacklisted > 0)
      await opened.note({ listed: counts.listed, blacklisted: counts.blacklisted }, actor)
  }
  await output.done(sentenceOf(counts), { ...counts, refused, complete: true }, format)
  if (refused.length > 0) throw new Failure(`${refused.length} rows were refused`)
}

type ImportCounts = Record<
  'outstanding' | 'listed' | 'on_blacklist' | 'blacklisted' | 'sessions_ended' | 'over',
  number
>

function sentenceOf(counts: ImportCounts, end = ''): string {
  const ended = counts.sessions_ended > 0 ? `; ${counts.sessions_ended} sessions of blacklisted ones were ended` : ''
  return `${counts.outstanding} outstanding tokens (${counts.listed} new, ${counts.over} over already), ${counts.on_blacklist} on the blacklist (${counts.blacklisted} new)${ended}${end}`
}

function printed({ terms, days, refused, ...status }: LegacyStatus, { json }: Format): Printed {
  const counts = { to_come: status.toCome, exchanged: status.exchanged, came_again: status.again }
  const times = { cut_over: printedTime(terms?.cutOver ?? null), closes_at: printedTime(terms?.acceptedUntil ?? null) }
  const day = (at: number) => printedTime(at).slice(0, 10)
  if (json)
    return {
      configured: terms !== null,
      open: status.open,
      algorithm: terms?.algorithm ?? null,
      ...times,
      ...counts,
      refused: Object.fromEntries(refused.map(({ code, count }) => [code, count])),
      days: days.map(one => ({ ...one, day: day(one.day) })),
    }
  const state = terms === null ? 'not configured: LEGACY_JWT_SECRET and LEGACY_JWT_PUBLIC_KEY are not set here' : null
  return {
    exchange: state ?? (status.open ? 'open' : 'closed'),
    ...times,
    ...counts,
    refused: refused.map(({ code, count }) => `${count} ${code}`),
    days: days.map(one => `${day(one.day)} ${one.exchanged} exchanged ${one.refused} refused`),
  }
}
