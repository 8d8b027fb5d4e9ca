import type { Command } from 'commander';

/** Of a command that holds others and stands for one of them: a word that follows it can only be a misspelt one of them. */
export function refuseMisspelt(group: Command, standsFor: Command): void {
  standsFor.allowExcessArguments().hook('preAction', () => {
    const [word] = standsFor.args;
    if (word === undefined) return;
    const names = group.commands.map((command) => command.name());
    const isNamed = group.args[0] === standsFor.name();
    if (isNamed) standsFor.error(`error: ${standsFor.name()} takes no argument, but got '${word}'`);
    if (names.includes(word)) group.error(`error: write '${word}' before its flags`);
    group.error(`error: ${group.name()} has no command '${word}'; there are ${names.join(', ')}`);
  });
}
