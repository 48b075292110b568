// Which addresses this server may call because somebody from outside has named them: those of the public internet, and what
// a setting names. Classes of addresses are ipaddr.js's.
import ipaddr from 'ipaddr.js';
/** RFC 4291 §2.4: what is routed on the internet lies here. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');
export function createReach({ hosts, networks }) {
    const names = new Set(hosts);
    const ranges = networks.map(network => ipaddr.parseCIDR(network));
    function isNamedAddress(address) {
        const parsed = parse(address);
        return parsed !== null && ranges.some(range => parsed.kind() === range[0].kind() && parsed.match(range));
    }
    return {
        /** Whether the setting names the host itself, or each of its addresses. */
        isNamed: (host, addresses) => names.has(host) || (addresses.length > 0 && addresses.every(isNamedAddress)),
        /** Each one must be: a name that means both is no name of the public internet. */
        isPublic: (addresses) => addresses.length > 0 && addresses.every(address => isNamedAddress(address) || isPublicAddress(address)),
    };
}
function isPublicAddress(address) {
    const parsed = parse(address);
    if (parsed?.range() !== 'unicast')
        return false;
    // ::127.0.0.1 (RFC 4291 §2.5.5.1) has no class of its own.
    return parsed.kind() === 'ipv4' || parsed.match(globalUnicast);
}
/** An IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2) as the IPv4 address that it is. */
function parse(address) {
    return ipaddr.isValid(address) ? ipaddr.process(address) : null;
}
//# sourceMappingURL=reach.js.map