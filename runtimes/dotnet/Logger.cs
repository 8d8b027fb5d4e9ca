using System;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Lambent
{
    /// <summary>ILambdaLogger in all its versions: Log, LogLine, Log with a level, LogInformation and its like.</summary>
    static class Logger
    {
        static readonly Regex Placeholder = new Regex(@"\{[^{}]*\}");

        public static object Of(Type interfaceType, FunctionLog log)
        {
            return Facade.For(interfaceType, (method, arguments) =>
            {
                Write(log, method, arguments);
                return null;
            });
        }

        /// <summary>LambdaLogger.Log and its like reach the log through fields of their class, where it has them.</summary>
        public static void Connect(Assembly core, FunctionLog log)
        {
            Put(core, "_loggingAction", new Action<string>(message => log.Write(Level.Information, message?.TrimEnd('\n'))));
            Put(core, "_loggingWithLevelAction", new Action<string, string, object[]>((level, message, values) =>
                log.Write(FunctionLog.ParseLevel(level), Fill(message, values))));
            Put(core, "_loggingWithLevelAndExceptionAction", new Action<string, Exception, string, object[]>(
                (level, problem, message, values) => log.Write(FunctionLog.ParseLevel(level), Fill(message, values), problem)));
        }

        static void Put(Assembly core, string name, Delegate action)
        {
            var field = core.GetType("Amazon.Lambda.Core.LambdaLogger")?.GetField(name, BindingFlags.NonPublic | BindingFlags.Static);
            if (field != null && field.FieldType.IsInstanceOfType(action)) field.SetValue(null, action);
        }

        static void Write(FunctionLog log, MethodInfo method, object[] arguments)
        {
            var rest = arguments.AsEnumerable();
            var level = FunctionLog.ParseLevel(method.Name.Replace("Log", ""));
            var first = method.GetParameters().Select(parameter => parameter.Name).FirstOrDefault();
            if (method.Name == "Log" && first == "level")
            {
                level = FunctionLog.ParseLevel(arguments[0]);
                rest = rest.Skip(1);
            }
            var problem = rest.OfType<Exception>().FirstOrDefault();
            var message = rest.OfType<string>().FirstOrDefault();
            log.Write(level, Fill(message, rest.OfType<object[]>().FirstOrDefault())?.TrimEnd('\n'), problem);
        }

        /// <summary>Values go in order, whatever the names between the braces are.</summary>
        static string Fill(string message, object[] values)
        {
            if (message == null || values == null || values.Length == 0) return message;
            var next = 0;
            return Placeholder.Replace(message, found => next < values.Length ? values[next++]?.ToString() ?? "" : found.Value);
        }
    }
}
