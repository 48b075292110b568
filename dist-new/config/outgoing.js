// Whom this server may call beside the public internet.
import { isIP } from 'node:net';
/** @returns what is wrong, as a text */
export function readOutgoingAllow(value) {
    const hosts = [];
    const networks = [];
    for (const part of value.split(',').map(one => one.trim())) {
        const network = networkIn(part);
        if (network)
            networks.push(network);
        else if (isName(part))
            hosts.push(part.toLowerCase().replace(/\.$/, ''));
        else
            return `has something that is no host, address or network: ${part || 'nothing between two commas'}`;
    }
    return { hosts, networks };
}
function networkIn(text) {
    const [, address = '', bits] = /^\[?([0-9a-fA-F:.]+)\]?(?:\/(\d{1,3}))?$/.exec(text) ?? [];
    const version = isIP(address);
    if (version === 0)
        return null;
    const most = version === 4 ? 32 : 128;
    const length = bits === undefined ? most : Number(bits);
    return length <= most ? `${address}/${length}` : null;
}
/** A name, not an address in one of the spellings that a name cannot have: of digits and dots alone. */
function isName(text) {
    if (text.length > 253 || !/[^\d.]/.test(text))
        return false;
    return /^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i.test(text);
}
//# sourceMappingURL=outgoing.js.map