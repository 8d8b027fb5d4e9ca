resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "What customers get"
  function_name    = aws_lambda_function.greeter.function_name
  function_version = "1"

  dynamic "routing_config" {
    for_each = var.release.greeter_weight > 0 ? [var.release.greeter_weight] : []
    content {
      additional_version_weights = {
        (aws_lambda_function.greeter.version) = routing_config.value
      }
    }
  }
}

resource "aws_lambda_alias" "newest" {
  name             = "newest"
  function_name    = aws_lambda_function.greeter.arn
  function_version = "$LATEST"
}

resource "aws_lambda_alias" "split" {
  name             = "split"
  function_name    = aws_lambda_function.counter.function_name
  function_version = "1"

  routing_config {
    additional_version_weights = {
      "2" = var.release.counter_weight
    }
  }
}

# Lambda provisions no alias that splits traffic.
resource "aws_lambda_alias" "steady" {
  name             = "steady"
  function_name    = aws_lambda_function.counter.function_name
  function_version = var.release.counter_version
}

resource "aws_lambda_provisioned_concurrency_config" "steady" {
  function_name                     = aws_lambda_alias.steady.function_name
  qualifier                         = aws_lambda_alias.steady.name
  provisioned_concurrent_executions = 2
}

resource "aws_lambda_function_event_invoke_config" "greeter" {
  function_name          = aws_lambda_function.greeter.function_name
  maximum_retry_attempts = var.release.retries

  destination_config {
    on_failure {
      destination = aws_lambda_function.counter.arn
    }
  }
}

resource "aws_lambda_function_event_invoke_config" "live" {
  function_name                = aws_lambda_function.greeter.function_name
  qualifier                    = aws_lambda_alias.live.name
  maximum_event_age_in_seconds = 120
  maximum_retry_attempts       = 0
}
