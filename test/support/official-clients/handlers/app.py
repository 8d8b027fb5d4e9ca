def handler(event, context):
    if event.get("fail"):
        raise RuntimeError("asked to fail")
    print("handling", event["name"])
    return {
        "message": "Hello " + event["name"],
        "requestId": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "hasTime": context.get_remaining_time_in_millis() > 0,
        "function": context.function_name,
    }
