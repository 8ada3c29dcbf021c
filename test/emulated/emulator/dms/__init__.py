"""AWS DMS: its control plane, with the states that a deployment meets. No row is moved."""
