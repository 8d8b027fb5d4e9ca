resource "aws_lambda_function" "greeter" {
  function_name    = "greeter"
  description      = "Says hello"
  role             = local.role
  runtime          = "nodejs22.x"
  handler          = "index.handler"
  filename         = "${var.packages}/${var.greeter.package}"
  source_code_hash = filebase64sha256("${var.packages}/${var.greeter.package}")
  memory_size      = var.greeter.memory
  timeout          = 10
  publish          = true

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

resource "aws_lambda_function" "counter" {
  function_name    = "counter"
  role             = local.role
  runtime          = "python3.12"
  handler          = "app.handler"
  filename         = "${var.packages}/counter.zip"
  source_code_hash = filebase64sha256("${var.packages}/counter.zip")
}
