import { ServiceError } from '../../model/service-error.ts';
import type { ConstraintJson, ConstraintsJson } from '../schema/constraint-json.ts';
import type { Operation, ServiceModel } from '../schema/service-model.ts';
import type { Member } from '../schema/shape.ts';
import { ValidatorCompiler } from './validator.ts';
import type { ConstraintSource } from './validator.ts';
import { detected } from './wording.ts';

type CheckInput = (input: Record<string, unknown>) => void;

/** These services check their input themselves, each in words of its own. */
const OWN_WORDS: ReadonlySet<string> = new Set(['s3', 'ec2', 'sqs', 'sns']);

/** What a broken constraint is called where it is not a ValidationException. */
const OWN_CODES: ReadonlyMap<string, string> = new Map([['cloudwatch-logs', 'InvalidParameterException']]);

/** Checks the inputs of one service's operations against its constraint table, in AWS's wording. */
export class InputValidator {
  readonly #service: ServiceModel;
  readonly #compiler: ValidatorCompiler | undefined;
  readonly #checks = new Map<Operation, CheckInput>();

  /** @param unchecked see `ServiceDefinition.uncheckedConstraints` */
  constructor(service: ServiceModel, unchecked: readonly string[] = []) {
    this.#service = service;
    const isChecked = !OWN_WORDS.has(service.name);
    this.#compiler = isChecked ? new ValidatorCompiler(sourceOf(service.constraints, unchecked)) : undefined;
  }

  /** Throws ValidationException (ValidationError in the query services; see OWN_CODES) with everything that is wrong. */
  check(operation: Operation, input: Record<string, unknown>): void {
    let check = this.#checks.get(operation);
    if (check === undefined) {
      check = this.#compile(operation);
      this.#checks.set(operation, check);
    }
    check(input);
  }

  #compile(operation: Operation): CheckInput {
    const validate = this.#compiler?.structure(operation.input);
    if (validate === undefined) return () => undefined;
    const { name, protocol } = this.#service;
    const code = OWN_CODES.get(name) ?? (protocol === 'awsQuery' ? 'ValidationError' : 'ValidationException');
    return (input) => {
      const violations: string[] = [];
      validate(input, '', violations);
      if (violations.length > 0) throw new ServiceError(code, detected(violations));
    };
  }
}

function sourceOf({ constraints, members }: ConstraintsJson, unchecked: readonly string[]): ConstraintSource {
  const switchedOff = new Set(unchecked);
  return {
    constraint(structure, member) {
      const place = `${structure}.${member}`;
      const index = switchedOff.has(place) ? undefined : members[structure]?.[member];
      const constraint = index === undefined ? undefined : constraints[index];
      return constraint === undefined || switchedOff.size === 0
        ? constraint
        : without(constraint, place, switchedOff);
    },
    required: (structure: string, member: Member) =>
      member.required &&
      !switchedOff.has(`${structure}.${member.name}`) &&
      !switchedOff.has(`${structure}.${member.name}:required`),
  };
}

/** A constraint less the kinds that are switched off for one member. */
function without(
  constraint: ConstraintJson,
  place: string,
  switchedOff: ReadonlySet<string>,
): ConstraintJson {
  const kept: Record<string, unknown> = { ...constraint };
  if (switchedOff.has(`${place}:enum`)) delete kept['enum'];
  if (switchedOff.has(`${place}:pattern`)) delete kept['pattern'];
  if (switchedOff.has(`${place}:length`) || switchedOff.has(`${place}:range`)) {
    delete kept['min'];
    delete kept['max'];
  }
  return kept;
}
