package com.amazonaws.services.lambda.runtime;

/** A handler of values; the runtime turns JSON into them and back. */
public interface RequestHandler<I, O> {
  O handleRequest(I input, Context context);
}
