import { addCommand } from './command-line.js';
export function addSecretCommands(program, { open, actor, output }) {
    const secret = program.command('secret').description('what is sealed under SECRET_KEY');
    addCommand(secret, 'reseal', 'seal anew under SECRET_KEY what SECRET_KEY_PREVIOUS sealed').action(async (format) => {
        const { sealedSecrets } = (await open()).keys;
        const { resealed, untouched } = await sealedSecrets.reseal(actor);
        const said = resealed === 0
            ? `everything was sealed under SECRET_KEY before (${untouched})`
            : `sealed ${resealed} anew under SECRET_KEY; ${untouched} were sealed under it before`;
        await output.done(said, { resealed, untouched }, format);
    });
}
//# sourceMappingURL=secret.js.map