import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Change, Condition } from '../../ports/table.ts';
import { storedValue } from './attribute-value.ts';

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

function conditionText(condition: Condition, words: Words): string {
  if ('all' in condition) return joined(condition.all, 'AND', words);
  if ('any' in condition) return joined(condition.any, 'OR', words);
  if ('oneOf' in condition && condition.oneOf.length === 0) return joined([], 'OR', words);
  const name = words.name(condition.attribute);
  if ('exists' in condition) return `attribute_${condition.exists ? '' : 'not_'}exists(${name})`;
  if ('equals' in condition) return `${name} = ${words.value(condition.equals)}`;
  if ('atMost' in condition) return `${name} <= ${words.value(condition.atMost)}`;
  if ('lessThan' in condition) return `${name} < ${words.value(condition.lessThan)}`;
  if ('atLeast' in condition) return `${name} >= ${words.value(condition.atLeast)}`;
  return `${name} IN (${condition.oneOf.map((value) => words.value(value)).join(', ')})`;
}

/** Without conditions: AND holds of every item and of none, OR never; DynamoDB has no constants for it. */
function joined(conditions: readonly Condition[], word: 'AND' | 'OR', words: Words): string {
  const texts = conditions.map((condition) => conditionText(condition, words));
  if (texts.length === 0) {
    const name = words.name('partition');
    return `(attribute_exists(${name}) ${word === 'AND' ? 'OR' : 'AND'} attribute_not_exists(${name}))`;
  }
  return texts.length === 1 ? (texts[0] ?? '') : `(${texts.join(` ${word} `)})`;
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
