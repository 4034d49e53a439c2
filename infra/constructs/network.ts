import { RemovalPolicy } from 'aws-cdk-lib';
import {
  CfnSubnet,
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type ISubnet,
  type IVpc,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export interface NetworkProps {
  /** Names of the zones, as the account knows them (`eu-central-1a`). */
  readonly zones: readonly string[];
  readonly logRetention: RetentionDays;
}

/**
 * One isolated subnet in each zone. Workers reach S3 and DynamoDB through gateway endpoints, which cost nothing, and
 * nothing else: there is no NAT and no way out or in.
 */
export class Network extends Construct {
  readonly vpc: IVpc;
  readonly securityGroup: SecurityGroup;
  /** By zone. */
  readonly subnets: ReadonlyMap<string, ISubnet>;
  /** Physical IDs of the zones, in their order: known at deployment. */
  readonly zoneIds: readonly string[];

  constructor(scope: Construct, id: string, { zones, logRetention }: NetworkProps) {
    super(scope, id);
    const vpc = new Vpc(this, 'Resource', {
      // 4,096 addresses in each zone: Lambda's shared interfaces need few, but a subnet can never be made larger.
      ipAddresses: IpAddresses.cidr('10.79.0.0/16'),
      availabilityZones: [...zones],
      natGateways: 0,
      subnetConfiguration: [{ name: 'Workers', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 20 }],
      gatewayEndpoints: {
        Objects: { service: GatewayVpcEndpointAwsService.S3 },
        Table: { service: GatewayVpcEndpointAwsService.DYNAMODB },
      },
      restrictDefaultSecurityGroup: false,
    });
    // The classes of aws-cdk-lib are not exact in their optional properties, their interfaces are.
    this.vpc = vpc as IVpc;
    vpc.addFlowLog('Rejected', {
      trafficType: FlowLogTrafficType.REJECT,
      destination: FlowLogDestination.toCloudWatchLogs(
        new LogGroup(this, 'FlowLogs', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY }),
      ),
    });
    this.securityGroup = new SecurityGroup(this, 'WorkerGroup', {
      vpc: this.vpc,
      description: 'Foreshard workers: nothing comes in, S3 and DynamoDB go out through gateway endpoints',
      allowAllOutbound: true,
    });
    this.subnets = new Map(zones.map((zone, index) => [zone, subnetAt(vpc, index)]));
    this.zoneIds = zones.map((_, index) => zoneIdOf(subnetAt(vpc, index)));
  }
}

function subnetAt({ isolatedSubnets }: Vpc, index: number): ISubnet {
  const subnet = isolatedSubnets[index];
  if (!subnet)
    throw new Error(`there are ${isolatedSubnets.length} subnets, one for each zone; zone ${index} has none`);
  return subnet;
}

function zoneIdOf({ node }: ISubnet): string {
  if (!(node.defaultChild instanceof CfnSubnet)) throw new Error(`subnet ${node.path} is not made by this stack`);
  return node.defaultChild.attrAvailabilityZoneId;
}
