import { Rule } from '../lib/rules';

const HEAD = `# Rules

What \`dms check\` and the constructs check. An error stops synthesis and makes \`dms check\` exit 1; a warning is
printed, and acknowledged by its id where it is accepted:
\`Annotations.of(construct).acknowledgeWarning('cdk-dms-pipelines:<rule>')\`.

This page is written by \`npm run docs:rules\`.
`;

/** The page of all rules, in Markdown. */
export function rulesPage(rules: readonly Rule[]): string {
  const families = [...new Set(rules.map(({ id }) => familyOf(id)))];
  const sections = families.map((family) =>
    [`## ${family}`, ...rules.filter(({ id }) => familyOf(id) === family).map(entry)].join('\n\n'));
  return `${[HEAD.trimEnd(), ...sections].join('\n\n')}\n`;
}

const familyOf = (id: string): string => id.split('/')[0]!;

const entry = ({ id, severity, reason, fix, source }: Rule): string =>
  `### \`${id}\` (${severity})\n\n${reason}\n\nTo do: ${fix}.\n\n[Documentation](${source})`;
