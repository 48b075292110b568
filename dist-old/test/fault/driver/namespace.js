// A network namespace for one server: three links lead to it, one for its clients and one each for the database and Redis,
// and each can be cut by itself. A cut link loses every packet and tells nobody.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { platform, userInfo } from 'node:os';
const linkNames = ['front', 'database', 'redis'];
const program = ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip'].find(existsSync);
/** RFC 2544 §C.2.2 sets this network apart for tests of networks. */
const network = '198.18';
const namePrefix = 'darvoza-fault-';
const ip = (...args) => execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' });
/** Why this machine can have no namespace, or null where it can. */
export function whyNoNamespace() {
    if (platform() !== 'linux')
        return 'network namespaces need Linux';
    if (!program)
        return 'network namespaces need ip (apt-get install iproute2)';
    if (userInfo().uid !== 0)
        return 'network namespaces need root';
    try {
        const probe = `${namePrefix}${process.pid}-probe`;
        ip('netns', 'add', probe);
        ip('netns', 'del', probe);
        return null;
    }
    catch {
        return 'network namespaces are forbidden here';
    }
}
export function aNamespace() {
    const name = namespaceName();
    const subnet = freeSubnet();
    ip('netns', 'add', name);
    ip('-n', name, 'link', 'set', 'lo', 'up');
    const links = Object.fromEntries(linkNames.map((link, index) => [link, aLink(name, link, subnet, index)]));
    return {
        prefix: [program, 'netns', 'exec', name],
        links: links,
        // Its links go with it.
        remove: () => void ip('netns', 'del', name),
    };
}
/** The namespace of this process; what cleans up after it (leftovers.ts) knows it by name. */
export function namespaceName() {
    return `${namePrefix}${process.pid}`;
}
/** Removes the namespaces of drivers that are no more. */
export function removeOldNamespaces() {
    for (const line of ip('netns', 'list').split('\n')) {
        const [, name, pid] = new RegExp(`^(${namePrefix}(\\d+)\\S*)`).exec(line) ?? [];
        if (name && !existsSync(`/proc/${pid}`))
            ip('netns', 'del', name);
    }
}
function aLink(namespace, name, subnet, index) {
    const device = `dvz${subnet}${name.slice(0, 1)}`;
    const outside = `${network}.${subnet}.${4 * index + 1}`;
    const inside = `${network}.${subnet}.${4 * index + 2}`;
    ip('link', 'add', device, 'type', 'veth', 'peer', 'name', name, 'netns', namespace);
    ip('addr', 'add', `${outside}/30`, 'dev', device);
    ip('-n', namespace, 'addr', 'add', `${inside}/30`, 'dev', name);
    ip('link', 'set', device, 'up');
    ip('-n', namespace, 'link', 'set', name, 'up');
    return {
        outside,
        inside,
        cut: () => void ip('link', 'set', device, 'down'),
        mend: () => void ip('link', 'set', device, 'up'),
    };
}
/** Another driver on this machine has another. */
function freeSubnet() {
    const taken = ip('-o', '-4', 'addr');
    for (let step = 0; step < 256; step++) {
        const subnet = (process.pid + step) % 256;
        if (!taken.includes(` ${network}.${subnet}.`))
            return subnet;
    }
    throw new Error(`no free network in ${network}.0.0/16`);
}
//# sourceMappingURL=namespace.js.map