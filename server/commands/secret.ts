// `darvoza secret`: reseal, which encrypts private keys and secrets again after a change of SECRET_KEY.
import type { Command } from 'commander'
import { addCommand, type CommandLine } from './command-line.js'
import type { Format } from './output.js'

export function addSecretCommands(program: Command, { open, actor, output }: CommandLine): void {
  const secret = program.command('secret').description('private keys and secrets that are encrypted with SECRET_KEY')

  addCommand(secret, 'reseal', 'encrypt again with SECRET_KEY what SECRET_KEY_PREVIOUS encrypted').action(
    async (format: Format) => {
      const { sealedSecrets } = (await open()).keys
      const { resealed, untouched } = await sealedSecrets.reseal(actor)
      const sentence =
        resealed === 0
          ? `everything was sealed under SECRET_KEY before (${untouched})`
          : `sealed ${resealed} anew under SECRET_KEY; ${untouched} were sealed under it before`
      await output.done(sentence, { resealed, untouched }, format)
    },
  )
}
