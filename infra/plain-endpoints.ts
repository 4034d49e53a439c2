/** What the SDK's rules for endpoints are asked about, as far as it decides whether the answer is plain. */
export interface EndpointQuestion {
  readonly Region?: string;
  readonly Bucket?: string;
  /** Everything else: an own endpoint, FIPS, dual stack, acceleration. Plain is what asks for none of it. */
  readonly [name: string]: unknown;
}

/** The partition `aws`, whose names end in `amazonaws.com`, without the regions that stand for none. */
const REGION = /^(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+$/;
/** A bucket that is a label of a host name, and none of those whose ending makes them another kind of bucket. */
const BUCKET = /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
/** Who asks for these gets the same endpoint with them and without. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'Region',
  'Bucket',
  'Key',
  'Prefix',
  'CopySource',
  'AccountIdEndpointMode',
  'DisableS3ExpressSessionAuth',
  'UseArnRegion',
  'DisableMultiRegionAccessPoints',
  'operation',
  'region',
]);

/** The endpoint of S3 for a plain bucket in a plain region; nothing, where the SDK's own rules must be asked. */
export function plainS3Endpoint(question: EndpointQuestion) {
  const { Region = '', Bucket = '' } = question;
  if (!isPlain(question) || !BUCKET.test(Bucket)) return undefined;
  const scheme = { disableDoubleEncoding: true, name: 'sigv4', signingName: 's3', signingRegion: Region };
  return {
    url: new URL(`https://${Bucket}.s3.${Region}.amazonaws.com`),
    properties: { authSchemes: [scheme] },
    headers: {},
  };
}

/** The endpoint of DynamoDB in a plain region; nothing, where the SDK's own rules must be asked. */
export function plainDynamoEndpoint(question: EndpointQuestion) {
  return question.AccountIdEndpointMode === 'required' ? undefined : plainRegional('dynamodb', question);
}

export const plainLambdaEndpoint = (question: EndpointQuestion) => plainRegional('lambda', question);
export const plainStepFunctionsEndpoint = (question: EndpointQuestion) => plainRegional('states', question);
export const plainCloudWatchEndpoint = (question: EndpointQuestion) => plainRegional('monitoring', question);
export const plainScalingEndpoint = (question: EndpointQuestion) => plainRegional('application-autoscaling', question);

/** Most services have one host a region. */
function plainRegional(host: string, question: EndpointQuestion) {
  if (!isPlain(question)) return undefined;
  return { url: new URL(`https://${host}.${question.Region}.amazonaws.com`), properties: {}, headers: {} };
}

function isPlain(question: EndpointQuestion): boolean {
  const asksForMore = Object.entries(question).some(([name, value]) => value && !WITHOUT_EFFECT.has(name));
  return REGION.test(question.Region ?? '') && !asksForMore;
}
