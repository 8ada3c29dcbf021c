declare module 'asl-validator' {
  /** Checks a state machine definition. It fills in defaults, so give it a copy. */
  export default function validate(
    definition: object, options?: { readonly checkPaths?: boolean; readonly checkArn?: boolean },
  ): { readonly isValid: boolean; readonly errors: readonly { readonly message: string }[] };
}
