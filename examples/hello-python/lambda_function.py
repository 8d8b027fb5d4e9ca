import os
import platform
import time

# Runs once per execution environment, on its cold start.
started_at = time.time()
invocations = 0


def lambda_handler(event, context):
    global invocations
    invocations += 1
    name = event.get("name", "world")
    print(f"greeting {name}, invocation {invocations} of this environment")
    return {
        "message": f"Hello {name}",
        "function": context.function_name,
        "region": os.environ["AWS_REGION"],
        "python": platform.python_version(),
        "remainingMs": context.get_remaining_time_in_millis(),
        "environmentAgeSeconds": round(time.time() - started_at, 3),
        "invocations": invocations,
    }
