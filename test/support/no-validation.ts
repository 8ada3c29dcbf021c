// CDK validates every synthesized template (seconds a file): the `templates` project does that once, strictly.
process.env.CDK_VALIDATION = 'false';
