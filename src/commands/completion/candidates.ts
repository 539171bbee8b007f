/** What may stand where the cursor is, from the commands as commander knows them. Pure. */
import type { Argument, Command, Option } from 'commander';

/** Names of the data directory and the shop that the line is about. */
export interface Names {
  readonly shop: readonly string[];
  readonly topic: readonly string[];
  readonly topology: readonly string[];
  readonly dataset: readonly string[];
}

export interface Candidate {
  readonly value: string;
  readonly about: string;
}

export interface Completion {
  readonly candidates: readonly Candidate[];
  /** Names of files do, too. */
  readonly files: boolean;
}

const nothing: Completion = { candidates: [], files: false };

/** By the name of an option or argument. */
const named: Readonly<Record<string, keyof Names>> = {
  shop: 'shop',
  topic: 'topic',
  topology: 'topology',
  dataset: 'dataset',
};
const files = new Set(['file', 'source', 'data', 'dir', 'dataset', 'folder', 'ebb', 'edited']);

/** @param words of the line after `ebb`; the last one is being written, and is empty where nothing of it is there yet */
export function completionOf(program: Command, words: readonly string[], names: Names): Completion {
  const current = words.at(-1) ?? '';
  const { command, position, option } = placeOf(program, words.slice(0, -1));
  if (option !== undefined) return among(valuesOf(option.name(), option.argChoices, names), current);
  const [flag = '', value] = splitFlag(current);
  if (value !== undefined) {
    const given = optionIn(command, flag);
    if (given === undefined) return nothing;
    const { candidates, files: also } = among(valuesOf(given.name(), given.argChoices, names), value);
    return { candidates: candidates.map((one) => ({ ...one, value: `${flag}=${one.value}` })), files: also };
  }
  if (current.startsWith('-')) return among({ candidates: optionsOf(command).map(asCandidate), files: false }, current);
  const commands = position === 0 ? command.createHelp().visibleCommands(command) : [];
  const argument = argumentAt(command, position);
  const values = argument === undefined ? nothing : valuesOf(argument.name(), argument.argChoices, names);
  const all = [...commands.map((one) => ({ value: one.name(), about: one.description() })), ...values.candidates];
  return among({ candidates: all, files: values.files }, current);
}

interface Place {
  readonly command: Command;
  /** Arguments of the command that stand before. */
  readonly position: number;
  /** Its value comes next. */
  readonly option: Option | undefined;
}

function placeOf(program: Command, before: readonly string[]): Place {
  let command = program;
  let position = 0;
  let option: Option | undefined;
  for (const word of before) {
    if (option !== undefined) option = undefined;
    else if (word.startsWith('-')) {
      const [flag = '', value] = splitFlag(word);
      const given = optionIn(command, flag);
      if (value === undefined && given !== undefined && (given.required || given.optional)) option = given;
    } else {
      const below = position === 0 ? command.commands.find((one) => one.name() === word) : undefined;
      if (below === undefined) position += 1;
      else command = below;
    }
  }
  return { command, position, option };
}

function splitFlag(word: string): readonly string[] {
  const at = word.startsWith('--') ? word.indexOf('=') : -1;
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

function optionsOf(command: Command): readonly Option[] {
  return command.createHelp().visibleOptions(command);
}

function optionIn(command: Command, flag: string): Option | undefined {
  return optionsOf(command).find(({ long, short }) => long === flag || short === flag);
}

function asCandidate({ long, short, description }: Option): Candidate {
  return { value: long ?? short ?? '', about: description };
}

function argumentAt({ registeredArguments: all }: Command, position: number): Argument | undefined {
  const last = all.at(-1);
  return all[position] ?? (last?.variadic === true ? last : undefined);
}

function valuesOf(name: string, choices: readonly string[] | undefined, names: Names): Completion {
  const known = named[name];
  const values = choices ?? (known === undefined ? [] : names[known]);
  return { candidates: values.map((value) => ({ value, about: '' })), files: files.has(name) };
}

function among({ candidates, files: also }: Completion, current: string): Completion {
  return { candidates: candidates.filter(({ value }) => value.startsWith(current)), files: also };
}
