// What `npm run bench` is told: which workloads, how long, against whom.
import { parseArgs } from 'node:util';
import { quick, stackNames } from './stack-names.js';
import { workloadNames } from './workloads.js';
const words = (text) => text.split(',').map(word => word.trim());
/** `W2` stands for all that begin with it. */
const stands = (word, name) => name === word || name.startsWith(`${word} `);
/** @throws for a word that means nothing: half a run is no run */
export function readBenchOptions(args) {
    const { values } = parseArgs({
        args: [...args],
        options: {
            only: { type: 'string', default: [...workloadNames, 'kit'].join(',') },
            rounds: { type: 'string', default: quick ? '1' : '5' },
            seconds: { type: 'string', default: quick ? '0.1' : '3' },
            peers: { type: 'string', default: stackNames.filter(name => name !== 'darvoza').join(',') },
        },
    });
    const [only, peers] = [words(values.only), words(values.peers)];
    for (const word of only)
        if (word !== 'kit' && !workloadNames.some(name => stands(word, name)))
            throw new Error(`There is no workload ${word}; there are ${workloadNames.join(', ')} and kit`);
    for (const word of peers)
        if (word !== '' && !stackNames.includes(word))
            throw new Error(`There is no peer ${word}`);
    const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
    if (!Number.isInteger(rounds) || rounds < 1 || !(seconds > 0))
        throw new Error('--rounds and --seconds are numbers');
    return {
        workloads: workloadNames.filter(name => only.some(word => stands(word, name))),
        kit: only.includes('kit'),
        stacks: stackNames.filter(name => name === 'darvoza' || peers.includes(name)),
        rounds,
        milliseconds: seconds * 1_000,
    };
}
//# sourceMappingURL=bench-options.js.map