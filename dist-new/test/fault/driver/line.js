// A network path from one verifier to the servers, as a load balancer makes it: each connection goes to whichever server takes
// it. It can be cut, so that every byte waits and nobody is told, and it can hold back streams, as a buffering proxy does.
import { connect, createServer } from 'node:net';
/** @param servers where connections may go: URLs */
export function aLine(servers, random) {
    const targets = servers.map(url => new URL(url));
    const pairs = new Set();
    let isCut = false;
    let holds = false;
    const server = createServer(near => {
        const pair = { near, far: null, isStream: false };
        pairs.add(pair);
        near.setNoDelay(true);
        near.pause();
        near.on('error', () => pair.far?.destroy());
        near.on('close', () => {
            pairs.delete(pair);
            pair.far?.destroy();
        });
        if (!isCut)
            reach(pair);
    });
    function reach(pair, tries = 0) {
        const { hostname, port } = targets[tries === 0 ? Math.floor(random.between(0, targets.length)) : tries % targets.length];
        const far = connect(Number(port), hostname);
        far.setNoDelay(true);
        far.once('connect', () => {
            pair.far = far;
            join(pair);
        });
        far.on('error', () => {
            if (pair.far === null && tries < targets.length)
                reach(pair, tries + 1);
            else
                pair.near.destroy();
        });
        far.on('close', () => pair.far && pair.near.destroy());
    }
    function join(pair) {
        const { near, far } = pair;
        near.on('data', chunk => {
            // A request of a connection that is used again: it may have been another before.
            const head = /^(?:GET|POST) (\S+) HTTP/.exec(chunk.subarray(0, 200).toString('latin1'));
            if (head)
                pair.isStream = head[1].startsWith('/revocations/stream');
            flow(pair);
            far.write(chunk);
        });
        far.on('data', chunk => void near.write(chunk));
        near.on('end', () => far.end());
        far.on('end', () => near.end());
        flow(pair);
    }
    function flow({ near, far, isStream }) {
        if (!far)
            return;
        if (isCut)
            near.pause();
        else
            near.resume();
        if (isCut || (holds && isStream))
            far.pause();
        else
            far.resume();
    }
    function turn() {
        for (const pair of pairs) {
            if (pair.far)
                flow(pair);
            else if (!isCut)
                reach(pair);
        }
    }
    return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => resolve({
            url: `http://127.0.0.1:${server.address().port}`,
            cut() {
                isCut = true;
                turn();
            },
            mend() {
                isCut = false;
                turn();
            },
            holdStreams() {
                holds = true;
                turn();
            },
            letGo() {
                holds = false;
                turn();
            },
            close() {
                server.close();
                for (const { near } of pairs)
                    near.destroy();
            },
        }));
    });
}
//# sourceMappingURL=line.js.map