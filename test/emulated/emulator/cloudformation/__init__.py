"""CloudFormation: its order of work, its rollback, its API."""
