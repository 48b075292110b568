// The document of the API for people: to be tried out with swagger-ui, and to be read with redoc. Both are other people's
// scripts, served by us; what each needs beyond our Content-Security-Policy it is allowed on its own page.
import { createHash } from 'node:crypto';
import { allowSources } from '../content-policy.js';
/** Of an element without text: what scripts put into its sheet by themselves is not inline (CSP3 §6.6.3). */
const emptyStyle = hashOf('');
/** Of perfect-scrollbar, which redoc puts into the page as it is loaded. */
const scrollbarStyle = "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='";
export function createApiDocumentPages({ pages }) {
    return {
        async swaggerPage(ctx) {
            const t = pages.translate(ctx);
            // Arrows and signs of its style sheet.
            allowSources(ctx, 'img-src', 'data:');
            await pages.show(ctx, 'swagger', { title: t('apiDocuments.swagger'), inside: false });
        },
        async redocPage(ctx) {
            const t = pages.translate(ctx);
            allowSources(ctx, 'style-src', emptyStyle, scrollbarStyle);
            // The sign in its field for the search, and the search itself.
            allowSources(ctx, 'img-src', 'data:');
            allowSources(ctx, 'worker-src', 'blob:');
            await pages.show(ctx, 'redoc', { title: t('apiDocuments.redoc'), inside: false });
        },
    };
}
function hashOf(text) {
    return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
//# sourceMappingURL=api-documents.js.map