import { addCommand } from './command-line.js';
export function addIssuerCommands(program, { open, requireIssuer, actor, output }) {
    const issuer = program.command('issuer').description('whose database this is: the ISSUER of its servers');
    addCommand(issuer, 'show', 'show it').action(async (format) => {
        const known = await (await open()).house.issuerClaim.show();
        await output.done(known ?? 'none yet: the first server that starts writes its own', { issuer: known }, format);
    });
    addCommand(issuer, 'set <url>', 'give it another, while no server runs: everybody signs in again').action(async (url, format) => {
        const wanted = requireIssuer(url);
        const before = await (await open()).house.issuerClaim.set(wanted, actor);
        const said = before === wanted ? `the issuer was ${wanted} before` : `the issuer is ${wanted}: start the servers with it`;
        await output.done(said, { issuer: wanted, before }, format);
    });
}
//# sourceMappingURL=issuer.js.map