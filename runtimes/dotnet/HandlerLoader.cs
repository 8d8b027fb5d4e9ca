using System;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace Lambent
{
    /// <summary>From `Assembly::Namespace.Type::Method` to a method that can be called.</summary>
    static class HandlerLoader
    {
        const string Format = "The valid format is 'ASSEMBLY::TYPE::METHOD'.";
        const BindingFlags Methods = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance |
            BindingFlags.Static | BindingFlags.DeclaredOnly;

        public static FunctionHandler Load(string handler, FunctionLog log)
        {
            var parts = handler.Split(new[] { "::" }, StringSplitOptions.None);
            if (parts.Length != 3) throw Invalid("Invalid lambda function handler: '{0}'. " + Format, handler);
            var missing = new[] { "assembly", "type", "method" }.Where((_, index) => parts[index].Trim() == "").FirstOrDefault();
            if (missing != null) throw Invalid("Invalid lambda function handler: '{0}', the {1} is missing. " + Format, handler, missing);
            AppDomain.CurrentDomain.AssemblyLoad += (_, loaded) =>
            {
                if (loaded.LoadedAssembly.GetName().Name == "Amazon.Lambda.Core") Logger.Connect(loaded.LoadedAssembly, log);
            };
            var assembly = LoadAssembly(parts[0]);
            var type = assembly.GetType(parts[1]);
            if (type == null) throw Invalid("Unable to load type '{0}' from assembly '{1}'.", parts[1], parts[0]);
            var method = FindMethod(type, parts[2], parts[0]);
            Check(type, method);
            // What its constructor throws shows as TargetInvocationException with a cause, as on AWS.
            if (method.IsStatic) RuntimeHelpers.RunClassConstructor(type.TypeHandle);
            var target = method.IsStatic ? null : Activator.CreateInstance(type);
            return new FunctionHandler(method, target, SerializerOf(method, assembly));
        }

        /// <summary>Packages are published flat; what is for one system only lies where their deps.json says.</summary>
        static Assembly LoadAssembly(string name)
        {
            var root = Environment.GetEnvironmentVariable("LAMBDA_TASK_ROOT");
            var path = Path.Combine(root, name + ".dll");
            if (!File.Exists(path))
                throw Invalid("Could not find the specified handler assembly with the file name '{0}'. The assembly should be located in the root of your uploaded .zip file.", name);
            var resolver = new AssemblyDependencyResolver(path);
            var context = AssemblyLoadContext.Default;
            context.Resolving += (_, wanted) =>
            {
                var beside = Path.Combine(root, wanted.Name + ".dll");
                var found = resolver.ResolveAssemblyToPath(wanted) ?? (File.Exists(beside) ? beside : null);
                return found == null ? null : context.LoadFromAssemblyPath(found);
            };
            context.ResolvingUnmanagedDll += (_, wanted) =>
            {
                var found = resolver.ResolveUnmanagedDllToPath(wanted);
                return found == null ? IntPtr.Zero : System.Runtime.InteropServices.NativeLibrary.Load(found);
            };
            return context.LoadFromAssemblyPath(path);
        }

        /// <summary>By name, else by what the method's signature prints as; of a base type where the type itself has none.</summary>
        static MethodInfo FindMethod(Type type, string name, string assembly)
        {
            for (var holder = type; holder != null; holder = holder.BaseType)
            {
                var named = holder.GetMethods(Methods).Where(method => method.Name == name || method.ToString() == name).ToList();
                if (named.Count == 1) return named[0];
                if (named.Count > 1)
                    throw Invalid("The method '{0}' in type '{1}' appears to have a number of overloads. To call this method please specify a complete method signature. Possible candidates are:\n{2}.", name, holder.FullName, string.Join("\n", named));
            }
            throw Invalid("Unable to find method '{0}' in type '{1}' from assembly '{2}': Found no methods matching method name '{0}'.", name, type.FullName, assembly);
        }

        static void Check(Type type, MethodInfo method)
        {
            const string cannot = "The method '{0}' cannot be used as a Lambda Handler because it is ";
            if (type.IsGenericType)
                throw Invalid("The type '{0}' cannot be used as a Lambda Handler type because it is generic. Handler methods cannot be located in generic types. Please specify a handler method in a non-generic type.", type.FullName);
            if (method.IsAbstract)
                throw Invalid(cannot + "an abstract method. Handler methods cannot be abstract. Please specify a non-abstract handler method.", method);
            if (method.IsGenericMethod)
                throw Invalid(cannot + "a generic method. Handler methods cannot be generic. Please specify a non-generic handler method.", method);
            if (!method.IsStatic && type.IsAbstract)
                throw Invalid("The instance method '{0}' cannot be used as a Lambda Handler because its type '{1}' is abstract. Please either use a static handler or specify a type that is not abstract.", method, type.FullName);
            if (method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute)))
                throw Invalid(cannot + "an 'async void' method. Handler methods cannot be 'async void'. Please specify a method that is not 'async void'.", method);
            CheckParameters(type, method, method.GetParameters());
        }

        static void CheckParameters(Type type, MethodInfo method, ParameterInfo[] parameters)
        {
            if (parameters.Length > 0 && parameters.Last().IsDefined(typeof(ParamArrayAttribute)))
                throw Invalid("The method '{0}' cannot be used as a Lambda Handler because it is a 'params' method. Please specify a method that does not use 'params'.", method);
            if (parameters.Length > 2)
                throw Invalid("Method '{0}' of type '{1}' is not supported: the method has more than 2 parameters.", method.Name, type.FullName);
            if (parameters.Length == 2 && !FunctionHandler.IsContext(parameters[1].ParameterType))
                throw Invalid("Method '{0}' of type '{1}' is not supported: the method has 2 parameters, but the second parameter is not of type '{2}'.", method.Name, type.FullName, FunctionHandler.ContextType);
        }

        /// <summary>The method's own LambdaSerializer attribute, else its assembly's.</summary>
        static object SerializerOf(MethodInfo method, Assembly assembly)
        {
            var attributes = method.GetCustomAttributes().Concat(assembly.GetCustomAttributes());
            var attribute = attributes.FirstOrDefault(each => each.GetType().FullName == FunctionHandler.SerializerAttribute);
            var type = attribute?.GetType().GetProperty("SerializerType")?.GetValue(attribute) as Type;
            return type == null ? null : Activator.CreateInstance(type);
        }

        static LambdaValidationException Invalid(string message, params object[] values)
        {
            return new LambdaValidationException(string.Format(message, values));
        }
    }
}
