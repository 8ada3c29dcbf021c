"""An AWS account for tests: moto, with AWS DMS, CloudFormation and Lambda as the deployments here need them."""
