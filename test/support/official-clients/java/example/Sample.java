package example;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.LinkedHashMap;
import java.util.Map;

public class Sample implements RequestHandler<Map<String, Object>, Map<String, Object>> {
  @Override
  public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
    if (Boolean.TRUE.equals(event.get("fail"))) throw new IllegalStateException("asked to fail");
    context.getLogger().log("handling " + event.get("name") + "\n");
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("message", "Hello " + event.get("name"));
    answer.put("requestId", context.getAwsRequestId());
    answer.put("arn", context.getInvokedFunctionArn());
    answer.put("hasTime", context.getRemainingTimeInMillis() > 0);
    answer.put("function", context.getFunctionName());
    return answer;
  }
}
