import type * as z from 'zod';
import { type JsonPath, pathText, valueAt, valueText } from './json-path.ts';
import { nearestName } from './nearest-name.ts';

type Issue = z.core.$ZodIssue;

/** What a message needs besides the issue itself. */
export interface IssueContext {
  /** The document that the issue was found in. */
  readonly root: unknown;
  /** How the document is called in a message about the whole of it. */
  readonly rootName: string;
  /** Where the checked part lies in the document. */
  readonly prefix: JsonPath;
  /** The keys that are allowed in an object of the checked part. */
  readonly keysAt: (path: JsonPath) => readonly string[];
}

/**
 * Says of a schema's issue where it is, what stands there and what is allowed; where a known name is near, which one.
 *
 * @returns one message, or one for each unknown key
 */
export function* describeIssue(issue: Issue, context: IssueContext): Generator<string> {
  const path = [...context.prefix, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) yield unknownKey(path, key, context.keysAt(issue.path));
    return;
  }
  const value = valueAt(context.root, path);
  const where = path.length === 0 ? context.rootName : pathText(path);
  if (issue.code === 'invalid_key') yield `${where} is no name for this: ${issue.issues[0]?.message}; rename it`;
  else if (value === undefined) yield `${where} is missing; give it: ${allowed(issue)}`;
  else yield `${where} is ${valueText(value)}; allowed: ${allowed(issue)}${suggestion(issue, value)}`;
}

function unknownKey(path: JsonPath, key: string, known: readonly string[]): string {
  const near = nearestName(key, known);
  const advice = near === undefined ? 'drop it' : `did you mean '${near}'?`;
  return `${pathText([...path, key])} is an unknown key; allowed: ${known.join(', ') || 'none'}; ${advice}`;
}

function allowed(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.startsWith(DEFAULT_MESSAGE)
        ? (TYPE_NAMES.get(issue.expected) ?? issue.expected)
        : issue.message;
    case 'invalid_value':
      return issue.values.map((value) => valueText(value)).join(', ');
    case 'invalid_union':
      return unionOf(issue);
    case 'too_small':
      return bound(issue, `at least ${issue.minimum}`, `above ${issue.minimum}`);
    case 'too_big':
      return bound(issue, `at most ${issue.maximum}`, `below ${issue.maximum}`);
    default:
      return issue.message;
  }
}

/** How zod begins where the schema has no words of its own. */
const DEFAULT_MESSAGE = 'Invalid input';

const TYPE_NAMES = new Map<string, string>([
  ['object', 'an object'],
  ['record', 'an object'],
  ['array', 'a list'],
  ['string', 'a text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
]);

const ELEMENT_NAMES = new Map<string, string>([
  ['array', ' entries'],
  ['string', ' characters'],
]);

type BoundIssue = Extract<Issue, { code: 'too_small' | 'too_big' }>;

function bound({ origin, inclusive, exact }: BoundIssue, within: string, beyond: string): string {
  const text = inclusive === false ? beyond : within;
  return `${exact ? text.replace(/^at (least|most)/, 'exactly') : text}${ELEMENT_NAMES.get(origin) ?? ''}`;
}

function unionOf(issue: Extract<Issue, { code: 'invalid_union' }>): string {
  const options = discriminants(issue);
  if (options.length > 0) return options.map((option) => `'${option}'`).join(', ');
  const inner = new Set(issue.errors.flatMap((errors) => errors.slice(0, 1).map(allowed)));
  return [...inner].join(' or ') || issue.message;
}

function suggestion(issue: Issue, value: unknown): string {
  if (typeof value !== 'string') return '';
  const texts = issue.code === 'invalid_value' ? issue.values : discriminants(issue);
  const near = nearestName(
    value,
    texts.filter((text) => typeof text === 'string'),
  );
  return near === undefined ? '' : `; did you mean '${near}'?`;
}

/** The values of the key that tells the options of a union apart. */
function discriminants(issue: Issue): readonly string[] {
  const options: unknown = Reflect.get(issue, 'options');
  return issue.code === 'invalid_union' && Array.isArray(options) ? options.map(String) : [];
}
