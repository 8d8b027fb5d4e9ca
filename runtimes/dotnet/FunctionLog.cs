using System;
using System.Globalization;
using System.IO;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Lambent
{
    enum Level { None, Trace, Debug, Information, Warning, Error, Critical }

    /// <summary>Each call is one log event, in the format the function is configured for.</summary>
    sealed class FunctionLog
    {
        const string DescriptorVariable = "_LAMBDA_TELEMETRY_LOG_FD";
        const uint RecordWithTime = 0xa55a0002;
        const int HeaderBytes = 16;
        static readonly string[] Marks = { "info", "trce", "dbug", "info", "warn", "fail", "crit" };

        readonly bool isJson = Environment.GetEnvironmentVariable("AWS_LAMBDA_LOG_FORMAT") == "JSON";
        readonly bool isPlain = Environment.GetEnvironmentVariable("AWS_LAMBDA_HANDLER_LOG_FORMAT") == "Unformatted";
        readonly Level lowest;
        readonly Stream records;
        readonly Stream output = Console.OpenStandardOutput();
        public volatile string RequestId;

        public FunctionLog()
        {
            if (!Enum.TryParse(LevelName(Environment.GetEnvironmentVariable("AWS_LAMBDA_LOG_LEVEL")), true, out lowest))
                lowest = Level.None;
            if (int.TryParse(Environment.GetEnvironmentVariable(DescriptorVariable), out var descriptor))
                records = new FileStream(new SafeFileHandle((IntPtr)descriptor, false), FileAccess.Write, 1, false);
            // Programs the function starts have no such descriptor.
            Environment.SetEnvironmentVariable(DescriptorVariable, null);
            Console.SetOut(new LogWriter(this, Level.Information));
            Console.SetError(new LogWriter(this, Level.Error));
        }

        public static Level ParseLevel(object level)
        {
            return Enum.TryParse(LevelName(level?.ToString()), true, out Level parsed) ? parsed : Level.Information;
        }

        static string LevelName(string name)
        {
            switch (name?.ToUpperInvariant())
            {
                case "INFO": return "Information";
                case "WARN": return "Warning";
                case "FATAL": return "Critical";
                default: return name;
            }
        }

        /// <summary>Why the function failed: written whatever the lowest level is.</summary>
        public void Failure(Exception problem)
        {
            Send(Format(Level.Error, problem.ToString(), null), Level.Critical);
        }

        public void Write(Level level, string message, Exception problem = null)
        {
            if (level < lowest) return;
            Send(Format(level, message ?? "", problem), level);
        }

        string Format(Level level, string message, Exception problem)
        {
            if (isJson) return Structured(level, message, problem);
            var text = problem == null ? message : message + "\n" + problem;
            if (isPlain) return text;
            return Now() + "\t" + RequestId + "\t" + Marks[(int)level] + "\t" + text;
        }

        string Structured(Level level, string message, Exception problem)
        {
            var text = new StringBuilder("{\"timestamp\":").Append(Fault.Quote(Now()));
            text.Append(",\"level\":").Append(Fault.Quote(level.ToString()));
            if (RequestId != null) text.Append(",\"requestId\":").Append(Fault.Quote(RequestId));
            text.Append(",\"message\":").Append(Fault.Quote(message));
            if (problem != null)
            {
                text.Append(",\"errorType\":").Append(Fault.Quote(problem.GetType().FullName));
                text.Append(",\"errorMessage\":").Append(Fault.Quote(problem.Message));
                text.Append(",\"stackTrace\":").Append(Fault.Quote(problem.StackTrace));
            }
            return text.Append('}').ToString();
        }

        static string Now()
        {
            return DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        }

        /// <summary>As a record with its length, so that it stays one event, where there is somebody who reads those.</summary>
        void Send(string text, Level level)
        {
            var message = Encoding.UTF8.GetBytes(records == null ? text + "\n" : text);
            lock (output)
            {
                if (records == null) output.Write(message, 0, message.Length);
                else WriteRecord(message, level);
            }
        }

        void WriteRecord(byte[] message, Level level)
        {
            var record = new byte[HeaderBytes + message.Length];
            PutNumber(record, 0, 4, RecordWithTime | ((uint)level << 2));
            PutNumber(record, 4, 4, (ulong)message.Length);
            PutNumber(record, 8, 8, (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000);
            message.CopyTo(record, HeaderBytes);
            records.Write(record, 0, record.Length);
            records.Flush();
        }

        static void PutNumber(byte[] target, int at, int bytes, ulong number)
        {
            for (var index = bytes - 1; index >= 0; index--, number >>= 8) target[at + index] = (byte)number;
        }
    }
}
