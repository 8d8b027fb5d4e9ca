package lambent;

import com.amazonaws.services.lambda.runtime.Context;

/** A function's handler, whatever its shape: bytes in, bytes out. */
interface FunctionHandler {
  /** @throws Throwable what the function threw, or a Fault */
  byte[] handle(byte[] event, Context context) throws Throwable;
}
