using System;
using System.Collections.Generic;
using System.Reflection;
using System.Text.Json;

namespace Lambent
{
    /// <summary>What ILambdaContext and the interfaces it leads to answer, by the names of their properties.</summary>
    static class Context
    {
        public static object Of(Type interfaceType, Invocation invocation, object serializer, FunctionLog log)
        {
            return Facade.For(interfaceType, (method, _) => Property(method, invocation, serializer, log));
        }

        static object Property(MethodInfo method, Invocation invocation, object serializer, FunctionLog log)
        {
            switch (method.Name)
            {
                case "get_AwsRequestId": return invocation.RequestId;
                case "get_InvokedFunctionArn": return invocation.FunctionArn;
                case "get_TraceId": return invocation.TraceId;
                case "get_TenantId": return invocation.TenantId;
                case "get_FunctionName": return Environment.GetEnvironmentVariable("AWS_LAMBDA_FUNCTION_NAME");
                case "get_FunctionVersion": return Environment.GetEnvironmentVariable("AWS_LAMBDA_FUNCTION_VERSION");
                case "get_LogGroupName": return Environment.GetEnvironmentVariable("AWS_LAMBDA_LOG_GROUP_NAME");
                case "get_LogStreamName": return Environment.GetEnvironmentVariable("AWS_LAMBDA_LOG_STREAM_NAME");
                case "get_MemoryLimitInMB":
                    return int.Parse(Environment.GetEnvironmentVariable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"));
                case "get_RemainingTime":
                    return TimeSpan.FromMilliseconds(invocation.DeadlineMs - DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
                case "get_Logger": return Logger.Of(method.ReturnType, log);
                case "get_ClientContext": return FromJson(method.ReturnType, invocation.ClientContext);
                case "get_Identity": return FromJson(method.ReturnType, invocation.CognitoIdentity);
                case "get_Serializer": return serializer;
                default: return null;
            }
        }

        /// <summary>An interface over a JSON object: texts, objects of texts, and objects with interfaces of their own.</summary>
        static object FromJson(Type type, string json)
        {
            return string.IsNullOrEmpty(json) ? null : FromJson(type, JsonDocument.Parse(json).RootElement);
        }

        static object FromJson(Type type, JsonElement value)
        {
            if (value.ValueKind == JsonValueKind.Null) return null;
            if (type == typeof(string)) return value.ToString();
            if (value.ValueKind != JsonValueKind.Object || !type.IsInterface) return null;
            if (type.IsAssignableFrom(typeof(Dictionary<string, string>))) return Texts(value);
            return Facade.For(type, (method, _) => Member(value, method));
        }

        static Dictionary<string, string> Texts(JsonElement value)
        {
            var texts = new Dictionary<string, string>();
            foreach (var member in value.EnumerateObject()) texts[member.Name] = member.Value.ToString();
            return texts;
        }

        /// <summary>Mobile SDKs write `custom`, `client` and `app_title` for Custom, Client and AppTitle.</summary>
        static object Member(JsonElement value, MethodInfo method)
        {
            var name = method.Name.Replace("get_", "");
            if (name == "Environment") name = "env";
            if (name == "IdentityId" || name == "IdentityPoolId") name = "Cognito" + name;
            foreach (var member in value.EnumerateObject())
            {
                var plain = member.Name.Replace("_", "");
                if (string.Equals(plain, name, StringComparison.OrdinalIgnoreCase)) return FromJson(method.ReturnType, member.Value);
            }
            return null;
        }
    }
}
