using System;
using System.Globalization;

namespace Lambent
{
    /// <summary>Stands between the Runtime API and a handler in a class library.</summary>
    static class Bootstrap
    {
        static int Main(string[] arguments)
        {
            if (arguments.Length > 0 && arguments[0] == "--probe") return Probe();
            var api = new RuntimeApi(Environment.GetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API"));
            var log = new FunctionLog();
            FunctionHandler handler;
            try
            {
                handler = HandlerLoader.Load(Environment.GetEnvironmentVariable("_HANDLER"), log);
            }
            catch (Exception problem)
            {
                log.Failure(problem);
                api.FailInit(Fault.TypeOf(problem), Fault.Describe(problem));
                return 1;
            }
            for (; ; ) Serve(api, handler, log);
        }

        /// <summary>Whether .NET starts on this machine, and finds what it needs for cultures: it ends the process where not.</summary>
        static int Probe()
        {
            Console.Write(CultureInfo.GetCultureInfo("de-DE").NumberFormat.NumberDecimalSeparator);
            return 0;
        }

        static void Serve(RuntimeApi api, FunctionHandler handler, FunctionLog log)
        {
            var invocation = api.Next();
            Environment.SetEnvironmentVariable("_X_AMZN_TRACE_ID", invocation.TraceId);
            log.RequestId = invocation.RequestId;
            try
            {
                byte[] result;
                try
                {
                    result = handler.Run(invocation, log);
                }
                catch (Exception problem)
                {
                    log.Failure(problem);
                    api.Fail(invocation.RequestId, Fault.TypeOf(problem), Fault.Describe(problem));
                    return;
                }
                api.Respond(invocation.RequestId, result);
            }
            finally
            {
                log.RequestId = null;
            }
        }
    }
}
