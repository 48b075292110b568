// Positions in a configuration file: line and column of what a path names, for problems of the file.
import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter } from 'yaml'
import type { ConfigurationProblem, Path } from '../identity/configuration/configuration-problems.js'
import type { FileProblem } from './failures.js'

type Position = { line: number; column: number }

/** In the order of the file, each with a position: of the deepest part of its path that the file has. */
export type Positioned = (problems: readonly ConfigurationProblem[]) => FileProblem[]

/** The position of the name where the path ends in one, or of the item. */
export function positionIn(document: Document.Parsed, counter: LineCounter, path: Path): Position | null {
  let node: unknown = document.contents
  let at = document.contents?.range?.[0] ?? 0
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part))
      if (!pair) break
      at = (isScalar(pair.key) && pair.key.range?.[0]) || at
      node = pair.value
    } else if (isSeq(node)) {
      const item = node.items[Number(part)] as { range?: [number, number, number] | null } | undefined
      if (!item) break
      at = item.range?.[0] ?? at
      node = item
    } else break
  }
  return positionAt(counter, at)
}

export function positionAt(counter: LineCounter, offset: number): Position {
  const { line, col } = counter.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

export function withPositions(positionOf: (path: Path) => Position | null): Positioned {
  return problems =>
    problems
      .map(({ path, code, text }) => {
        const { line, column } = positionOf(path) ?? { line: null, column: null }
        return { line, column, path: pathText(path), code, message: text }
      })
      .sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
}

/** `applications.shop.redirect_uris[1]` */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    const shown = /^[\w-]+$/.test(part) ? part : JSON.stringify(part.slice(0, 100))
    return text === '' ? shown : `${text}.${shown}`
  }, '')
}
