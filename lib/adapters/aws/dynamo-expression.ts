import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Change, Condition } from '../../ports/table.ts';
import { storedValue } from './stored-item.ts';

/** The texts of a request, with the names and values that they mention. */
export interface DynamoExpression {
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
}

/**
 * Puts a condition and a change into DynamoDB's words. Every attribute goes through a placeholder, because many plain
 * words are reserved, and every value does.
 */
export function dynamoExpression(condition: Condition | undefined, change?: Change): DynamoExpression {
  const names = new Map<string, string>();
  const values: Record<string, AttributeValue> = {};
  let valueCount = 0;
  const words: Words = {
    name(attribute) {
      const known = names.get(attribute) ?? `#${names.size}`;
      names.set(attribute, known);
      return known;
    },
    value(value) {
      const placeholder = `:${valueCount}`;
      valueCount += 1;
      values[placeholder] = storedValue(value);
      return placeholder;
    },
  };
  const update = change && updateText(change, words);
  const asked = condition && conditionText(condition, words);
  return {
    ...(asked && { ConditionExpression: asked }),
    ...(update && { UpdateExpression: update }),
    ...(names.size > 0 && {
      ExpressionAttributeNames: Object.fromEntries([...names].map(([attribute, name]) => [name, attribute])),
    }),
    ...(valueCount > 0 && { ExpressionAttributeValues: values }),
  };
}

interface Words {
  name(attribute: string): string;
  value(value: unknown): string;
}

type Word = 'AND' | 'OR';

/** How conditions are joined, and what the result is itself a part of. */
interface Joint {
  readonly word: Word;
  readonly inside: Word | undefined;
}

function conditionText(condition: Condition, words: Words, inside?: Word): string {
  if ('all' in condition) return joined(condition.all, { word: 'AND', inside }, words);
  if ('any' in condition) return joined(condition.any, { word: 'OR', inside }, words);
  if ('oneOf' in condition && condition.oneOf.length === 0) return joined([], { word: 'OR', inside }, words);
  const name = words.name(condition.attribute);
  if ('exists' in condition) return `attribute_${condition.exists ? '' : 'not_'}exists(${name})`;
  if ('equals' in condition) return `${name} = ${words.value(condition.equals)}`;
  if ('atMost' in condition) return `${name} <= ${words.value(condition.atMost)}`;
  if ('lessThan' in condition) return `${name} < ${words.value(condition.lessThan)}`;
  if ('atLeast' in condition) return `${name} >= ${words.value(condition.atLeast)}`;
  return `${name} IN (${condition.oneOf.map((value) => words.value(value)).join(', ')})`;
}

/**
 * Without conditions: AND holds of every item and of none, OR never; DynamoDB has no constants for it. Only an OR inside
 * an AND gets parentheses: dynalite tries every reading of one, and two around each other cost it milliseconds.
 */
function joined(conditions: readonly Condition[], { word, inside }: Joint, words: Words): string {
  const [first, ...others] = conditions;
  if (first && others.length === 0) return conditionText(first, words, inside);
  if (!first) return constant({ word, inside }, words.name('partition'));
  return grouped(
    conditions.map((condition) => conditionText(condition, words, word)),
    { word, inside },
  );
}

function constant({ word, inside }: Joint, name: string): string {
  const texts = [`attribute_exists(${name})`, `attribute_not_exists(${name})`];
  return grouped(texts, { word: word === 'AND' ? 'OR' : 'AND', inside });
}

function grouped(texts: readonly string[], { word, inside }: Joint): string {
  const text = texts.join(` ${word} `);
  return word === 'OR' && inside === 'AND' ? `(${text})` : text;
}

function updateText({ set = {}, add = {}, remove = [] }: Change, words: Words): string {
  const additions = Object.entries(add).filter(([, members]) => members.size > 0);
  const clauses = [
    ['SET', Object.entries(set).map(([name, value]) => `${words.name(name)} = ${words.value(value)}`)],
    ['ADD', additions.map(([name, members]) => `${words.name(name)} ${words.value(members)}`)],
    ['REMOVE', remove.map((name) => words.name(name))],
  ] as const;
  return clauses.flatMap(([verb, parts]) => (parts.length > 0 ? [`${verb} ${parts.join(', ')}`] : [])).join(' ');
}
