import { builtClient } from './client-builds.ts';

/** AWS's client for Python, for the `python3` that installs it. Undefined where it cannot be had. */
export async function builtPythonClient(): Promise<string | undefined> {
  const folder = 'package/packages';
  return await builtClient({
    name: 'python',
    tools: [['python3', '-m', 'pip', '--version']],
    fetch: [['python3', '-m', 'pip', 'install', '--quiet', '--target', folder, 'awslambdaric==4.2.2']],
    build: [['python3', '-c', `import sys; sys.path[0:0] = ["${folder}"]; import runtime_client`]],
  });
}

const JAVA_TOOLS = [
  ['javac', '-version'],
  ['mvn', '--version'],
] as const;

/** AWS's client for Java, with a sample. */
export async function builtJavaClient(): Promise<string | undefined> {
  return await builtClient({
    name: 'java',
    tools: JAVA_TOOLS,
    fetch: [['mvn', '-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=package/client']],
    build: [['javac', '--release', '11', '-cp', 'package/client/*', '-d', 'package', 'example/Sample.java']],
  });
}

/** A function with hooks of `org.crac`, which needs no client to compile. */
export async function builtCracSample(): Promise<string | undefined> {
  return await builtClient({
    name: 'crac',
    tools: JAVA_TOOLS,
    fetch: [['mvn', '-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=package/lib']],
    build: [['javac', '--release', '11', '-cp', 'package/lib/*', '-d', 'package', 'example/Restored.java']],
  });
}
