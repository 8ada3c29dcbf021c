/** Why a switch does not begin; nothing has changed. Trying again changes nothing either. */
export class SwitchRefused extends Error {
  public override readonly name = 'SwitchRefused';
}

/** The map names another run, or none: this one must not change anything any more. Final. */
export class RunSuperseded extends Error {
  public override readonly name = 'RunSuperseded';
}

/** A leg is in a state that it does not leave by itself. */
export class LegFailed extends Error {
  public override readonly name = 'LegFailed';
}

/** The two sites differ, or nobody can say that they do not. */
export class ValidationFailed extends Error {
  public override readonly name = 'ValidationFailed';
}
