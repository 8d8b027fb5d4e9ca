using System;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Threading.Tasks;

namespace Lambent
{
    /// <summary>A method with what turns events into its parameter and its results into bytes.</summary>
    sealed class FunctionHandler
    {
        public const string ContextType = "Amazon.Lambda.Core.ILambdaContext";
        public const string SerializerAttribute = "Amazon.Lambda.Core.LambdaSerializerAttribute";
        const string NoSerializer = "Could not find the LambdaSerializerAttribute on the assembly '{0}' or method '{1}' while attempting to {2} data of type '{3}'. To use types other than System.IO.Stream as input/output parameters, the assembly or Lambda function should be annotated with Amazon.Lambda.LambdaSerializerAttribute.";

        readonly MethodInfo method;
        readonly object target;
        readonly object serializer;
        readonly ParameterInfo[] parameters;
        /// <summary>Void where the function gives nothing.</summary>
        readonly Type resultType;
        readonly MethodInfo read;
        readonly MethodInfo write;

        public FunctionHandler(MethodInfo method, object target, object serializer)
        {
            this.method = method;
            this.target = target;
            this.serializer = serializer;
            parameters = method.GetParameters();
            var type = method.ReturnType;
            var isTask = typeof(Task).IsAssignableFrom(type);
            resultType = !isTask ? type : type.IsGenericType ? type.GetGenericArguments()[0] : typeof(void);
            if (parameters.Length > 0 && !IsContext(parameters[0].ParameterType))
                read = Converter("Deserialize", "deserialize input", parameters[0].ParameterType);
            if (resultType != typeof(void)) write = Converter("Serialize", "serialize output", resultType);
        }

        public static bool IsContext(Type type)
        {
            return type.FullName == ContextType;
        }

        /// <summary>Undefined for streams, which need none.</summary>
        MethodInfo Converter(string name, string purpose, Type type)
        {
            if (typeof(Stream).IsAssignableFrom(type)) return null;
            if (serializer == null)
                throw new LambdaValidationException(string.Format(NoSerializer, method.DeclaringType.Assembly.FullName, method, purpose, type.FullName));
            var face = serializer.GetType().GetInterfaces().FirstOrDefault(each => each.FullName == "Amazon.Lambda.Core.ILambdaSerializer");
            if (face == null)
                throw new LambdaValidationException(string.Format("The '{0}' class is invalid: it does not implement the 'ILambdaSerializer' interface.", serializer.GetType().FullName));
            return face.GetMethod(name).MakeGenericMethod(type);
        }

        public byte[] Run(Invocation invocation, FunctionLog log)
        {
            var values = parameters.Select(parameter => ValueOf(parameter.ParameterType, invocation, log)).ToArray();
            var result = Call(method, target, values);
            if (result is Task task)
            {
                task.GetAwaiter().GetResult();
                if (resultType != typeof(void)) result = task.GetType().GetProperty("Result").GetValue(task);
            }
            return resultType == typeof(void) ? Array.Empty<byte>() : BytesOf(result);
        }

        object ValueOf(Type type, Invocation invocation, FunctionLog log)
        {
            if (IsContext(type)) return Context.Of(type, invocation, serializer, log);
            var bytes = new MemoryStream(invocation.Event, false);
            return read == null ? bytes : Call(read, serializer, bytes);
        }

        byte[] BytesOf(object result)
        {
            var bytes = new MemoryStream();
            if (write != null) Call(write, serializer, result, bytes);
            else if (result is Stream stream)
            {
                // AWS sends a memory stream from its beginning, wherever the function has left it.
                if (stream is MemoryStream && stream.CanSeek) stream.Position = 0;
                using (stream) stream.CopyTo(bytes);
            }
            return bytes.ToArray();
        }

        /// <summary>What the function throws, not what reflection makes of it.</summary>
        static object Call(MethodInfo method, object target, params object[] values)
        {
            try
            {
                return method.Invoke(target, values);
            }
            catch (TargetInvocationException thrown) when (thrown.InnerException != null)
            {
                // With the stack trace it has.
                ExceptionDispatchInfo.Capture(thrown.InnerException).Throw();
                throw;
            }
        }
    }
}
