/** A command as a shell completes it. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly string[];
}

/** Shells that a script can be written for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Text in single quotes, as all three shells read it; a quote inside ends them and begins anew. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A script that completes commands, their options and file names; it asks no program while the user types. */
export function completionScript(shell: Shell, commands: readonly CompletedCommand[]): string {
  switch (shell) {
    case 'bash':
      return bashScript(commands);
    case 'zsh':
      return zshScript(commands);
    case 'fish':
      return fishScript(commands);
  }
}

function bashScript(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ name, flags }) => `    ${name}) words='${flags.join(' ')}' ;;`);
  return `_foreshard() {
  local word="\${COMP_WORDS[COMP_CWORD]}" words=''
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  if [ "$COMP_CWORD" = 1 ]; then words='${commands.map(({ name }) => name).join(' ')}'; fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _foreshard foreshard`;
}

function zshScript(commands: readonly CompletedCommand[]): string {
  const described = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  const cases = commands.map(({ name, flags }) => `    ${name}) compadd -- ${flags.join(' ')}; _files ;;`);
  return `#compdef foreshard
_foreshard() {
  local -a names=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then _describe command names; return; fi
  case "$words[2]" in
${cases.join('\n')}
  esac
}
compdef _foreshard foreshard`;
}

function fishScript(commands: readonly CompletedCommand[]): string {
  const names = commands.map(
    ({ name, summary }) => `complete -c foreshard -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
  );
  const flags = commands.flatMap((command) =>
    command.flags.map(
      (flag) => `complete -c foreshard -n '__fish_seen_subcommand_from ${command.name}' ${fishFlag(flag)}`,
    ),
  );
  return [...names, ...flags].join('\n');
}

function fishFlag(flag: string): string {
  return flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`;
}
