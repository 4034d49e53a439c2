import { App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { ForeshardStack, StoreStack } from './stack.ts';

/**
 * The ready app: `cdk deploy --all`. It is made for the account and region of the credentials; without any it is
 * synthesized for none in particular. Context sets what most want to set: `-c name=mine -c zonal=false`, and more in
 * docs/deploy.md.
 */
const outdir = process.env.CDK_OUTDIR ?? 'cdk.out';
const app = new App({ outdir });
const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
const env = account && region ? { env: { account, region } } : {};
const name = text('name') ?? 'foreshard';
const tasksEntry = text('tasks');
const replicaRegion = text('replicaRegion');

const storeStack = new StoreStack(app, `${name}-store`, env);
new ForeshardStack(app, name, {
  ...env,
  name,
  storeStack,
  zonal: text('zonal') !== 'false',
  provisioned: text('provisioned') === 'true',
  ...(tasksEntry !== undefined && { tasksEntry }),
  ...(replicaRegion !== undefined && { replicaRegion }),
});
Tags.of(app).add('application', name);
if (process.env.CDK_VALIDATION !== 'false') {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
}
const { stacks } = app.synth();
if (!process.env.CDK_OUTDIR) console.log(`${stacks.map(({ stackName }) => stackName).join(' and ')} lie in ${outdir}`);

function text(key: string): string | undefined {
  const value: unknown = app.node.tryGetContext(key);
  return value === undefined ? undefined : String(value);
}
