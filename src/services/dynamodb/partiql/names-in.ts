import type { WrittenCondition, WrittenOperand } from '../expressions/condition-grammar.ts';

/** The attributes that a condition looks at, in the order in which they are written. */
export function namesIn(condition: WrittenCondition): readonly string[] {
  switch (condition.type) {
    case 'and':
    case 'or':
      return [...namesIn(condition.left), ...namesIn(condition.right)];
    case 'not':
      return namesIn(condition.condition);
    case 'compare':
      return [...namesOf(condition.left), ...namesOf(condition.right)];
    case 'between':
      return [condition.operand, condition.lower, condition.upper].flatMap(namesOf);
    case 'in':
      return [condition.operand, ...condition.list].flatMap(namesOf);
    case 'test':
      return condition.operands.flatMap(namesOf);
  }
}

function namesOf(operand: WrittenOperand): readonly string[] {
  switch (operand.type) {
    case 'path':
      return [String(operand.path[0])];
    case 'value':
      return [];
    case 'size':
      return namesOf(operand.of);
    case 'condition':
      return namesIn(operand.condition);
  }
}
