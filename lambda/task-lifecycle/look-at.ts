import { kindOf, type Replication } from './replication';
import { lookAtServerless } from './serverless-replication';
import { lookAtTask } from './task';

/** The replication that an ARN names; nothing when it does not exist. */
export const lookAt = (arn: string): Promise<Replication | undefined> =>
  (kindOf(arn) === 'replication task' ? lookAtTask(arn) : lookAtServerless(arn));
