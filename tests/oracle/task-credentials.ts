import { type Credentials, credentialsOf } from '../../src/task/credentials.ts';
import { idsOf, type TaskSpec } from './script.ts';

/** What a task of a script is to Fusewire: it has the capabilities that go with its effective user. */
export function credentialsOfTask(task: TaskSpec): Credentials {
  const ids = idsOf(task);
  return { ...credentialsOf(ids.euid, ids.egid, task.groups ?? []), ...ids };
}
