// Reads settings from the environment, and those that it lacks from a file `.env` in the working directory.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { SettingsError, settingNames } from './settings.js'
import { similarSettingName } from './similar-names.js'

type Variables = Record<string, string | undefined>

export type Environment = {
  /** A variable of the environment wins over the file, also an empty one. */
  variables: Variables
  /** Path of the file that was read; null where there is none. */
  file: string | null
  /** Unknown variables that resemble names of settings, while those settings are set too. */
  passedOver: string[]
}

/**
 * @param folder the working directory
 * @throws SettingsError for a file that cannot be read, and for a name that is one of ours but for its spelling: without it
 *   a default would hold, and for DATABASE_URL that is another database. Values are never repeated.
 */
export function readEnvironment(environment: Variables, folder: string): Environment {
  const path = join(folder, '.env')
  const content = readFile(path)
  const inFile = content === null ? {} : parse(content, path)
  const variables = { ...inFile, ...environment }
  const problems: string[] = []
  const passedOver: string[] = []
  for (const [names, where] of [
    [Object.keys(inFile), path],
    [Object.keys(environment), 'the environment'],
  ] as const) {
    for (const name of names) {
      const meant = variables[name]?.trim() ? similarSettingName(name, settingNames, where === path) : null
      if (meant === null) continue
      // Where the correctly spelt setting is set too, this variable is taken for another program's.
      if (variables[meant]?.trim()) passedOver.push(name)
      else problems.push(`${name} (in ${where}) is no setting: ${meant} is meant, or take it out`)
    }
  }
  if (problems.length > 0) throw new SettingsError(problems)
  return { variables, file: content === null ? null : path, passedOver }
}

/** @returns null where the file does not exist: a container need not have one */
function readFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new SettingsError([`${path} cannot be read (${code})`])
  }
}

function parse(content: string, path: string): Variables {
  // Line ends and byte order mark, as editors on Windows write them.
  const text = content.replace(/^\uFEFF/, '').replace(/\r\n/g, '\n')
  const wrong = firstBadLine(text)
  if (wrong !== null) throw new SettingsError([`${path} line ${wrong} is not NAME=value`])
  return parseEnv(text)
}

/** Node's parseEnv() silently skips lines that it cannot parse: a setting on such a line would be ignored. */
function firstBadLine(text: string): number | null {
  // A value in quotes may go over several lines.
  const flat = text.replace(
    /(^\s*(?:export\s+)?[\w.-]+\s*=\s*)(["'`])([\s\S]*?)\2/gm,
    (_, head: string, __, value: string) => {
      return `${head}${value.replace(/[^\n]/g, '').replaceAll('\n', '\n#')}`
    },
  )
  const wrong = flat.split('\n').findIndex(line => !/^\s*(#|$|(export\s+)?[A-Za-z_][\w.-]*\s*=)/.test(line))
  return wrong < 0 ? null : wrong + 1
}
