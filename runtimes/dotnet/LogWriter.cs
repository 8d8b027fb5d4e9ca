using System.IO;
using System.Text;

namespace Lambent
{
    /// <summary>The console of a function: each line of it is a log event, and so is a text that is written with its end.</summary>
    sealed class LogWriter : TextWriter
    {
        readonly FunctionLog log;
        readonly Level level;
        readonly StringBuilder begun = new StringBuilder();

        public LogWriter(FunctionLog log, Level level)
        {
            this.log = log;
            this.level = level;
        }

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            lock (begun)
            {
                if (value != '\n') begun.Append(value);
                else EndLine("");
            }
        }

        public override void Write(string value)
        {
            foreach (var character in value ?? "") Write(character);
        }

        public override void WriteLine(string value)
        {
            lock (begun) EndLine(value);
        }

        public override void WriteLine()
        {
            lock (begun) EndLine("");
        }

        /// <summary>A program that ends or waits has its unfinished line seen.</summary>
        public override void Flush()
        {
            lock (begun)
            {
                if (begun.Length > 0) EndLine("");
            }
        }

        void EndLine(string rest)
        {
            var line = begun.Append(rest).ToString();
            begun.Clear();
            log.Write(level, line.TrimEnd('\r'));
        }
    }
}
