import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { arch, devNull, homedir } from 'node:os';
import { join } from 'node:path';
import { type CommandResult, run } from './commands.ts';

const AWS_PROVIDER = 'registry.terraform.io/hashicorp/aws';
const MIRROR_VARIABLE = 'LAMBENT_TERRAFORM_PLUGINS';

/**
 * The folder that mirrors Terraform's registry and has the AWS provider for this machine. Prints why its tests are
 * skipped when there is none, or no Terraform.
 */
export async function terraformPlugins(): Promise<string | undefined> {
  if (spawnSync('terraform', ['version'], { timeout: 30_000 }).error !== undefined) {
    console.log('skipped: there is no terraform on this machine');
    return undefined;
  }
  const named = process.env[MIRROR_VARIABLE];
  for (const folder of named === undefined || named === '' ? await likelyFolders() : [named]) {
    if (await hasProvider(folder)) return folder;
  }
  console.log(`skipped: no folder with the plugin ${AWS_PROVIDER} is found; ${MIRROR_VARIABLE} can name one`);
  return undefined;
}

/** Where Terraform itself looks, then what stands in the places programs are installed to. */
async function likelyFolders(): Promise<string[]> {
  const home = homedir();
  const own = [
    join(home, '.terraform.d/plugins'),
    join(home, '.local/share/terraform/plugins'),
    '/usr/local/share/terraform/plugins',
    '/usr/share/terraform/plugins',
  ];
  const parents = ['/opt', '/usr/share', '/usr/local/share', home];
  const children = (await Promise.all(parents.map(childrenOf))).flat();
  const grandchildren = (await Promise.all(children.map(childrenOf))).flat();
  return [...own, ...children, ...grandchildren];
}

async function childrenOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
}

/** Mirrors hold plugins unpacked, in a folder for each version and platform, or packed as they came. */
async function hasProvider(mirror: string): Promise<boolean> {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const platform = `${os}_${arch() === 'x64' ? 'amd64' : arch()}`;
  const folder = join(mirror, AWS_PROVIDER);
  const found = await readdir(folder).catch(() => []);
  if (found.some((name) => name.endsWith(`_${platform}.zip`))) return true;
  const platforms = await Promise.all(
    found.map(async (version) => await readdir(join(folder, version)).catch(() => [])),
  );
  return platforms.flat().includes(platform);
}

/** Terraform in a working folder of its own, without network, with the plugins of a mirror. */
export class Terraform {
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#env = {
      TF_CLI_CONFIG_FILE: join(folder, 'cli.tfrc'),
      TF_IN_AUTOMATION: '1',
      CHECKPOINT_DISABLE: '1',
      NO_COLOR: '1',
      // What the provider would read of the account of whoever runs the tests.
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  /** @param stack folder with the configuration; it is copied into `folder` */
  static async prepare(folder: string, stack: string, mirror: string): Promise<Terraform> {
    await mkdir(folder, { recursive: true });
    await cp(stack, folder, { recursive: true });
    const installation = `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`;
    await writeFile(join(folder, 'cli.tfrc'), `disable_checkpoint = true\n${installation}`);
    const terraform = new Terraform(folder);
    await terraform.#must('init', '-input=false');
    return terraform;
  }

  /** Sets the configuration's variables for all that follows. */
  async set(variables: object): Promise<void> {
    await writeFile(join(this.#folder, 'terraform.tfvars.json'), JSON.stringify(variables));
  }

  /** @returns what it printed */
  async apply(): Promise<string> {
    return await this.#must('apply', '-input=false', '-auto-approve');
  }

  async destroy(): Promise<string> {
    return await this.#must('destroy', '-input=false', '-auto-approve');
  }

  /** @returns what Terraform would change; undefined when that is nothing */
  async drift(): Promise<string | undefined> {
    const planned = await this.#run('plan', '-input=false', '-detailed-exitcode');
    if (planned.code === 0) return undefined;
    if (planned.code === 2) return planned.stdout;
    throw failure('plan', planned);
  }

  /** Values of the configuration's outputs. */
  async outputs(): Promise<Record<string, unknown>> {
    const printed = JSON.parse(await this.#must('output', '-json')) as Record<string, { value: unknown }>;
    return Object.fromEntries(Object.entries(printed).map(([name, { value }]) => [name, value]));
  }

  async #must(...args: readonly string[]): Promise<string> {
    const result = await this.#run(...args);
    if (result.code !== 0) throw failure(args[0] ?? '', result);
    return result.stdout;
  }

  async #run(...args: readonly string[]): Promise<CommandResult> {
    return await run('terraform', args, { cwd: this.#folder, env: this.#env, timeoutMs: 180_000 });
  }
}

function failure(command: string, { stdout, stderr }: CommandResult): Error {
  return new Error(`terraform ${command} failed:\n${stderr}\n${stdout.slice(-4000)}`);
}
