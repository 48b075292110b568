// Imports APPLICATIONS_FILE at each start.
import { type ApplicationsFile, SettingsError } from '../../config/settings.js'
import type { Log } from '../composition/ports.js'
import type { Imported } from '../identity/applications/application-import.js'
import { entryLines, ImportProblems } from '../identity/applications/import-problems.js'
import type { Identity } from '../identity/identity.js'
import { wireText } from '../protocol/problems.js'

/** @throws SettingsError with all errors of all entries, before anything is written */
export async function importApplicationsFile(
  { path, entries }: ApplicationsFile,
  { applicationImport }: Pick<Identity['applications'], 'applicationImport'>,
  log: Log,
): Promise<void> {
  try {
    const options = { origin: 'file', actor: 'system', makesSecrets: false } as const
    for (const one of await applicationImport.run(entries, options)) report(one, path, log)
  } catch (error) {
    if (!(error instanceof ImportProblems)) throw error
    throw new SettingsError(error.entries.flatMap(one => entryLines(one).map(line => `APPLICATIONS_FILE ${line}`)))
  }
}

function report({ id, outcome, warnings }: Imported, file: string, log: Log): void {
  const details = { application: id, file }
  if (outcome === 'deleted')
    log.warn(details, 'an application of the file was deleted by an administrator and stays so')
  else if (outcome !== 'unchanged') log.info(details, `an application was ${outcome} as the file says`)
  for (const warning of warnings) log.warn(details, wireText(warning))
}
