using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Text;
using System.Text.Json;

namespace Lambent
{
    /// <summary>What is wrong with a handler's name or method.</summary>
    public sealed class LambdaValidationException : Exception
    {
        public LambdaValidationException(string message) : base(message) { }
    }

    /// <summary>An exception as the caller shall see it.</summary>
    static class Fault
    {
        const int LargestBytes = 256 * 1024;
        const string TooLarge = "{\"errorMessage\": \"Exception exceeded maximum payload size of 256KB.\"}";

        public static string TypeOf(Exception problem)
        {
            return problem.GetType().Name;
        }

        public static string Describe(Exception problem)
        {
            var text = new StringBuilder();
            Write(text, problem);
            var json = text.ToString();
            return Encoding.UTF8.GetByteCount(json) > LargestBytes ? TooLarge : json;
        }

        static void Write(StringBuilder text, Exception problem)
        {
            text.Append("{\"errorType\": ").Append(Quote(TypeOf(problem)));
            text.Append(", \"errorMessage\": ").Append(Quote(problem.Message));
            var trace = TraceOf(problem);
            if (trace.Count > 0)
                text.Append(", \"stackTrace\": [").Append(string.Join(", ", trace.Select(Quote))).Append(']');
            if (problem.InnerException != null) Write(text.Append(", \"cause\": "), problem.InnerException);
            if (problem is AggregateException many) WriteAll(text, many.InnerExceptions);
            text.Append('}');
        }

        static void WriteAll(StringBuilder text, IEnumerable<Exception> problems)
        {
            var separator = ", \"causes\": [";
            foreach (var problem in problems)
            {
                Write(text.Append(separator), problem);
                separator = ", ";
            }
            text.Append(']');
        }

        /// <summary>Down to the function's own code, without what called that.</summary>
        static List<string> TraceOf(Exception problem)
        {
            if (string.IsNullOrEmpty(problem.StackTrace)) return new List<string>();
            var lines = new StackTrace(problem, true).ToString().Split('\n').Select(line => line.Trim());
            var own = lines.TakeWhile(line => !line.StartsWith("at Lambent.")).Where(line => line.Length > 0);
            return own.Reverse().SkipWhile(line => line.StartsWith("---")).Reverse().ToList();
        }

        public static string Quote(string text)
        {
            // In UTF-8 halves of characters are unknown ones; as they are they would be refused.
            var whole = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? ""));
            return "\"" + JsonEncodedText.Encode(whole).ToString() + "\"";
        }
    }
}
