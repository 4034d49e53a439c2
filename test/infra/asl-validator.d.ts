declare module 'asl-validator' {
  /** Checks a state machine against the Amazon States Language. */
  function validate(definition: unknown): { readonly isValid: boolean; errorsText(): string };
  export = validate;
}
