// An assembly without a serializer, and a program that is a runtime by itself, over the Runtime API.
using System;
using System.IO;
using System.Net.Http;
using System.Linq;

public static class Plain
{
    public static string Text(string text) { return text; }
    public static Stream Echo(Stream input) { return input; }

    public static void Main()
    {
        var api = "http://" + Environment.GetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/";
        var client = new HttpClient { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
        for (; ; )
        {
            var next = client.GetAsync(api + "next").Result;
            var id = next.Headers.GetValues("Lambda-Runtime-Aws-Request-Id").First();
            var answer = "{\"handler\":\"" + Environment.GetEnvironmentVariable("_HANDLER") + "\",\"event\":" + next.Content.ReadAsStringAsync().Result + "}";
            client.PostAsync(api + id + "/response", new StringContent(answer)).Wait();
        }
    }
}
