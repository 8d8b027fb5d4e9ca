resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "What customers get"
  function_name    = aws_lambda_function.greeter.function_name
  function_version = var.greeter.stable

  dynamic "routing_config" {
    for_each = length(var.greeter.canary) > 0 ? [var.greeter.canary] : []
    content {
      additional_version_weights = routing_config.value
    }
  }

  # A weight may name the version that this very apply publishes.
  depends_on = [aws_lambda_function.greeter]
}

resource "aws_lambda_alias" "newest" {
  name             = "newest"
  function_name    = aws_lambda_function.greeter.arn
  function_version = "$LATEST"
}
