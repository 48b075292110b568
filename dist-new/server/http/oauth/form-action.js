// Browsers apply `form-action` to the redirects that follow a form too (CSP3 §6.4.2.1): the pages on the way to an application
// name where their last answer leads, and nothing else.
import { allowSources, removeDirective } from '../content-policy.js';
/** @param redirectUri a registered one */
export function allowFormAction(ctx, redirectUri) {
    const source = sourceOf(redirectUri);
    if (source === null)
        return;
    allowSources(ctx, 'form-action', source);
    // An application on this machine has no https (RFC 8252 §7.3), and its address must stay as it is.
    if (source.startsWith('http:'))
        removeDirective(ctx, 'upgrade-insecure-requests');
}
/** The origin, or the scheme where there is none; null for what no header may hold. */
function sourceOf(redirectUri) {
    const [, scheme] = /^([a-z][a-z\d+.-]*):/i.exec(redirectUri) ?? [];
    if (scheme === undefined || !URL.canParse(redirectUri))
        return null;
    const { protocol, hostname, host } = new URL(redirectUri);
    if (protocol !== 'https:' && protocol !== 'http:')
        return `${scheme.toLowerCase()}:`;
    // CSP has no way to write an IPv6 address.
    if (hostname.startsWith('['))
        return protocol;
    return /^[\w.-]+(:\d+)?$/.test(host) ? `${protocol}//${host}` : null;
}
//# sourceMappingURL=form-action.js.map