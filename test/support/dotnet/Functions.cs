using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using Amazon.Lambda.Core;

[assembly: LambdaSerializer(typeof(Example.Serializer))]

namespace Example
{
    public sealed class Serializer : ILambdaSerializer
    {
        public T Deserialize<T>(Stream requestStream)
        {
            return JsonSerializer.Deserialize<T>(new StreamReader(requestStream).ReadToEnd());
        }

        public void Serialize<T>(T response, Stream responseStream)
        {
            using (var writer = new Utf8JsonWriter(responseStream)) JsonSerializer.Serialize(writer, response);
        }
    }

    public sealed class Order
    {
        public string Name { get; set; }
        public int Count { get; set; }
    }

    public class Base
    {
        public string Inherited(string name) { return "inherited " + name; }
    }

    public class Functions : Base
    {
        int calls;

        public async Task<Dictionary<string, object>> Describe(Order order, ILambdaContext context)
        {
            Console.WriteLine("handling " + order.Name);
            await Task.Delay(1);
            calls++;
            return new Dictionary<string, object>
            {
                { "text", order.Name + " x" + order.Count },
                { "calls", calls },
                { "requestId", context.AwsRequestId },
                { "arn", context.InvokedFunctionArn },
                { "function", context.FunctionName + " " + context.FunctionVersion + " " + context.MemoryLimitInMB },
                { "hasTime", context.RemainingTime > TimeSpan.Zero },
                { "stream", context.LogStreamName == Environment.GetEnvironmentVariable("AWS_LAMBDA_LOG_STREAM_NAME") },
                { "custom", context.ClientContext?.Custom["key"] },
                { "app", context.ClientContext?.Client.AppTitle },
                { "later", context.NotYetInvented },
                { "environment", Environment.GetEnvironmentVariable("AWS_EXECUTION_ENV") },
                { "trace", Environment.GetEnvironmentVariable("_X_AMZN_TRACE_ID") },
                { "root", Directory.GetCurrentDirectory() },
            };
        }

        public static Stream Raw(Stream input)
        {
            var output = new MemoryStream();
            input.CopyTo(output);
            return output;
        }

        public string Upper(string text) { return text.ToUpperInvariant(); }

        public void Nothing() { }

        public Task Later() { return Task.Delay(1); }

        public void Logs(Order order, ILambdaContext context)
        {
            Console.Write("two ");
            Console.WriteLine("halves");
            Console.Error.WriteLine("on the error stream");
            Console.WriteLine("first\nsecond");
            context.Logger.LogLine("by the logger");
            context.Logger.LogWarning("a {thing} of {count}", "warning", 2);
            context.Logger.Log("Error", new InvalidOperationException("inner"), "with an exception");
            LambdaLogger.Log("by the static logger\n");
        }

        public async Task<string> Fail(Order order)
        {
            await Task.Delay(1);
            try
            {
                throw new ArgumentException("the cause");
            }
            catch (Exception cause)
            {
                throw new InvalidOperationException("asked to fail", cause);
            }
        }

        public string FailAtOnce(string text) { throw new NotSupportedException("at once"); }

        public string FailOddly(string text)
        {
            Console.WriteLine("half a pair: \ud83d");
            throw new NotSupportedException("half a pair: \ud83d");
        }

        public string WithOwnCulture(string text)
        {
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            culture.DateTimeFormat.TimeSeparator = ".";
            CultureInfo.CurrentCulture = culture;
            Console.WriteLine("said at " + DateTime.UtcNow.ToString("HH:mm"));
            return text;
        }

        public string[] Installed(string text)
        {
            return Directory.GetFileSystemEntries(Environment.GetEnvironmentVariable("DOTNET_ROOT")).Select(Path.GetFileName).ToArray();
        }

        public string Overloaded(string text) { return text; }
        public int Overloaded(int number) { return number; }
        public void TooMany(string one, string two, string three) { }
        public async void AsyncVoid(string text) { await Task.Delay(1); }
        public string Generic<T>(string text) { return text; }

        public string Long(Order order) { return new string('x', order.Count); }

        public void Exits(Order order) { Environment.Exit(3); }

        public string Greedy(Order order)
        {
            var garbage = 0L;
            for (var round = 0; round < order.Count; round++) garbage += new byte[1 << 20].Length;
            return (garbage >> 20) + " MB";
        }
    }

    public class Broken
    {
        public Broken() { throw new InvalidOperationException("cannot be made"); }
        public string Run(string text) { return text; }
    }
}
