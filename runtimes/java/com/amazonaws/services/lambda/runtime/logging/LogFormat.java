package com.amazonaws.services.lambda.runtime.logging;

/** How log lines are written. */
public enum LogFormat {
  JSON,
  TEXT;

  /** @throws IllegalArgumentException for what is no format */
  public static LogFormat fromString(String name) {
    if (name == null) throw new IllegalArgumentException("Invalid log format: 'null'");
    for (LogFormat format : values()) if (format.name().equalsIgnoreCase(name)) return format;
    throw new IllegalArgumentException("Invalid log format: '" + name + "'");
  }
}
