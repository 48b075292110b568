// APPLICATIONS_FILE, at each start.
import { SettingsError } from '../../config/settings.js';
import { entryLines, ImportProblems } from '../identity/applications/import-problems.js';
import { wireText } from '../protocol/problems.js';
/** @throws SettingsError with everything that is wrong with any entry, before anything is written */
export async function bringIn({ path, entries }, { applicationImport }, log) {
    try {
        const options = { origin: 'file', actor: 'system', makesSecrets: false };
        for (const one of await applicationImport.run(entries, options))
            tell(one, path, log);
    }
    catch (error) {
        if (!(error instanceof ImportProblems))
            throw error;
        throw new SettingsError(error.entries.flatMap(one => entryLines(one).map(line => `APPLICATIONS_FILE ${line}`)));
    }
}
function tell({ id, outcome, warnings }, file, log) {
    const details = { application: id, file };
    if (outcome === 'deleted')
        log.warn(details, 'an application of the file was deleted by an administrator and stays so');
    else if (outcome !== 'unchanged')
        log.info(details, `an application was ${outcome} as the file says`);
    for (const warning of warnings)
        log.warn(details, wireText(warning));
}
//# sourceMappingURL=applications-file.js.map