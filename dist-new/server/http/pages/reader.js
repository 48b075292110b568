import { isLanguage, languages } from './texts.js';
export const themes = ['auto', 'light', 'dark'];
export function createReaders(cookies) {
    return function readerOf(ctx) {
        const chosen = cookies.read(ctx, 'darvoza-language');
        const preferred = languageIn(ctx.state.uiLocales) ?? ctx.acceptsLanguages(...Object.keys(languages));
        const theme = cookies.read(ctx, 'darvoza-theme');
        const zone = knownZone(cookies.read(ctx, 'darvoza-zone') ?? '');
        return {
            language: isLanguage(chosen) ? chosen : preferred || 'en',
            theme: isTheme(theme) ? theme : 'auto',
            zone: zone ?? 'UTC',
            zoneKnown: zone !== null,
        };
    };
}
/** The first of some language tags that pages are written in (OpenID Connect Core §3.1.2.1, `ui_locales`). */
function languageIn(locales = '') {
    return locales
        .split(' ')
        .map(tag => tag.split('-', 1)[0].toLowerCase())
        .find(isLanguage);
}
export function isTheme(text) {
    return themes.includes(text);
}
const known = new Set(Intl.supportedValuesOf('timeZone'));
/** Browsers name some zones by an older name than ours: Asia/Calcutta. */
export function knownZone(zone) {
    if (known.has(zone) || zone === 'UTC')
        return zone;
    if (!/^[A-Za-z]+\/[A-Za-z_/-]{1,40}$/.test(zone))
        return null;
    try {
        return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
    }
    catch {
        return null;
    }
}
//# sourceMappingURL=reader.js.map