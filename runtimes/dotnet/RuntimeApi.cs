using System;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Threading;

namespace Lambent
{
    /// <summary>One event, as the Runtime API hands it out.</summary>
    sealed class Invocation
    {
        public string RequestId;
        public long DeadlineMs;
        public string FunctionArn;
        public string TraceId;
        public string ClientContext;
        public string CognitoIdentity;
        public string TenantId;
        public byte[] Event;
    }

    sealed class RuntimeApi
    {
        readonly HttpClient client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        readonly string root;

        public RuntimeApi(string address)
        {
            root = "http://" + address + "/2018-06-01/runtime/";
            // The next event may be a day away.
            client.Timeout = Timeout.InfiniteTimeSpan;
        }

        public Invocation Next()
        {
            using (var answer = client.GetAsync(root + "invocation/next").GetAwaiter().GetResult())
            {
                answer.EnsureSuccessStatusCode();
                var headers = answer.Headers;
                return new Invocation
                {
                    RequestId = Read(headers, "Lambda-Runtime-Aws-Request-Id"),
                    DeadlineMs = long.Parse(Read(headers, "Lambda-Runtime-Deadline-Ms")),
                    FunctionArn = Read(headers, "Lambda-Runtime-Invoked-Function-Arn"),
                    TraceId = Read(headers, "Lambda-Runtime-Trace-Id"),
                    ClientContext = Read(headers, "Lambda-Runtime-Client-Context"),
                    CognitoIdentity = Read(headers, "Lambda-Runtime-Cognito-Identity"),
                    TenantId = Read(headers, "Lambda-Runtime-Aws-Tenant-Id"),
                    Event = answer.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult(),
                };
            }
        }

        static string Read(HttpResponseHeaders headers, string name)
        {
            return headers.TryGetValues(name, out var values) ? values.First() : null;
        }

        public void Respond(string requestId, byte[] result)
        {
            Post("invocation/" + requestId + "/response", new ByteArrayContent(result), null);
        }

        public void Fail(string requestId, string type, string error)
        {
            Post("invocation/" + requestId + "/error", Json(error), type);
        }

        public void FailInit(string type, string error)
        {
            Post("init/error", Json(error), type);
        }

        static HttpContent Json(string text)
        {
            return new StringContent(text, Encoding.UTF8, "application/json");
        }

        /// <summary>What is refused, a result over the limit for one, has its consequences at the other end already.</summary>
        void Post(string path, HttpContent content, string errorType)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, root + path) { Content = content };
            if (errorType != null) request.Headers.TryAddWithoutValidation("Lambda-Runtime-Function-Error-Type", errorType);
            client.SendAsync(request).GetAwaiter().GetResult().Dispose();
        }
    }
}
