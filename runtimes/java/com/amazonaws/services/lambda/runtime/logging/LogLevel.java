package com.amazonaws.services.lambda.runtime.logging;

/** Levels of a log line, the least important first. */
public enum LogLevel {
  UNDEFINED,
  TRACE,
  DEBUG,
  INFO,
  WARN,
  ERROR,
  FATAL;

  /** @throws IllegalArgumentException for what is no level */
  public static LogLevel fromString(String name) {
    if (name == null) throw new IllegalArgumentException("Invalid log level: 'null'");
    for (LogLevel level : values()) if (level.name().equalsIgnoreCase(name)) return level;
    throw new IllegalArgumentException("Invalid log level: '" + name + "'");
  }
}
