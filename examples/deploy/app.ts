import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Foreshard } from 'foreshard/infra';

const stack = new Stack(new App(), 'foreshard', { env: { account: '123456789012', region: 'eu-central-1' } });
new Foreshard(stack, 'Foreshard', {
  tasksEntry: './tasks.ts',
  zones: ['eu-central-1a', 'eu-central-1b'],
  slotMax: 50,
  inputs: [Bucket.fromBucketName(stack, 'Raw', 'raw-data')],
  alarmTopic: new Topic(stack, 'Alarms', { enforceSSL: true }),
  schedules: [
    {
      name: 'nightly',
      when: ScheduleExpression.cron({ hour: '3', minute: '0' }),
      workflow: 'requests/nightly.json',
    },
  ],
});
