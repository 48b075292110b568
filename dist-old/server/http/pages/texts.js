// What the pages say, in every language: views/locales/LANGUAGE.json, keys grouped by page, and what is told about each error
// code in a file of its own, errors/LANGUAGE.json (`aboutErrors`). A test compares the languages with each other, and the
// keys with what views and handlers use (test/unit/texts.test.ts).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInstance } from 'i18next';
import { oncePerFolder } from './folders.js';
/** Each in its own words, with what Intl calls it. */
export const languages = {
    en: { name: 'English', locale: 'en-GB' },
    uz: { name: 'Oʻzbekcha', locale: 'uz-Latn-UZ' },
    ru: { name: 'Русский', locale: 'ru-RU' },
};
export function isLanguage(text) {
    return typeof text === 'string' && Object.hasOwn(languages, text);
}
/** All texts of a language. @param folder of the locales */
export function readTexts(folder, language) {
    const read = (file) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
    return { ...read(`${language}.json`), aboutErrors: read(`errors/${language}.json`) };
}
/** @param folder of the locales */
export const createTexts = oncePerFolder((folder) => {
    const names = Object.keys(languages);
    const resources = Object.fromEntries(names.map(name => [name, { translation: readTexts(folder, name) }]));
    const i18next = createInstance();
    void i18next.init({
        resources,
        initAsync: false,
        supportedLngs: names,
        fallbackLng: 'en',
        // Views escape what they write, all of it.
        interpolation: { escapeValue: false },
        showSupportNotice: false,
    });
    const translators = new Map(names.map(name => {
        const fixed = i18next.getFixedT(name);
        return [name, ((key, values = {}) => fixed(key, values))];
    }));
    return {
        in: (language) => translators.get(language),
        has: (key) => i18next.exists(key),
    };
});
//# sourceMappingURL=texts.js.map