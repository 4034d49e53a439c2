/**
 * Stands for the SDK's chain of credential providers in the bundles: in Lambda the role's credentials are in the
 * environment, and 90 KB of providers for laptops and containers would be loaded for nothing. Lambda renews an
 * environment before they run out.
 */
export function defaultProvider() {
  return async () => {
    const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = process.env;
    const sessionToken = process.env.AWS_SESSION_TOKEN;
    return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  };
}
