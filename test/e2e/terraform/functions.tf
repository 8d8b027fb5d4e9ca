resource "aws_lambda_function" "greeter" {
  function_name    = "greeter"
  description      = "Says hello"
  role             = local.role
  runtime          = "nodejs22.x"
  handler          = "index.handler"
  architectures    = [var.architecture]
  filename         = "${var.packages}/${var.release.code}"
  source_code_hash = filebase64sha256("${var.packages}/${var.release.code}")
  memory_size      = var.release.memory
  timeout          = 10
  publish          = true
  layers           = [for name in var.release.layers : aws_lambda_layer_version.shop[name].arn]

  code_signing_config_arn        = aws_lambda_code_signing_config.shop.arn
  reserved_concurrent_executions = 20

  environment {
    variables = {
      GREETING = "hello"
    }
  }

  ephemeral_storage {
    size = 1024
  }

  logging_config {
    log_format            = "JSON"
    log_group             = "/shop/greeter"
    application_log_level = "DEBUG"
    system_log_level      = "WARN"
  }

  tracing_config {
    mode = "PassThrough"
  }

  tags = {
    team = "blue"
  }
}

# Was there before the stack, with two versions.
import {
  to = aws_lambda_function.counter
  id = "counter"
}

resource "aws_lambda_function" "counter" {
  function_name    = "counter"
  role             = local.role
  runtime          = "python3.12"
  handler          = "app.handler"
  filename         = "${var.packages}/counter.zip"
  source_code_hash = filebase64sha256("${var.packages}/counter.zip")
  timeout          = 5
}

resource "aws_lambda_code_signing_config" "shop" {
  description = "Warns of code nobody signed"

  allowed_publishers {
    signing_profile_version_arns = ["arn:aws:signer:us-east-1:000000000000:/signing-profiles/shop/aBcDeFgHiJ"]
  }

  policies {
    untrusted_artifact_on_deployment = "Warn"
  }

  tags = {
    team = "blue"
  }
}

resource "aws_lambda_function_recursion_config" "greeter" {
  function_name  = aws_lambda_function.greeter.function_name
  recursive_loop = "Allow"
}

resource "aws_lambda_runtime_management_config" "greeter" {
  function_name     = aws_lambda_function.greeter.function_name
  update_runtime_on = "Auto"
}
