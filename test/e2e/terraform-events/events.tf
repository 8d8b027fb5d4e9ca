resource "aws_cloudwatch_log_group" "worker" {
  name              = "/aws/lambda/worker"
  retention_in_days = var.revision == "1" ? 7 : 14
}

resource "aws_lambda_function" "worker" {
  function_name    = "worker"
  role             = "arn:aws:iam::000000000000:role/worker"
  runtime          = "nodejs22.x"
  handler          = "index.handler"
  filename         = var.package
  source_code_hash = filebase64sha256(var.package)
  publish          = true
  depends_on       = [aws_cloudwatch_log_group.worker]
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.worker.function_name
  function_version = aws_lambda_function.worker.version
}

resource "aws_lambda_permission" "messages" {
  for_each = {
    sns    = aws_sns_topic.orders.arn
    events = aws_cloudwatch_event_rule.large.arn
  }
  statement_id_prefix = "${each.key}-"
  function_name       = aws_lambda_function.worker.function_name
  qualifier           = aws_lambda_alias.live.name
  action              = "lambda:InvokeFunction"
  principal           = "${each.key}.amazonaws.com"
  source_arn          = each.value
}

resource "aws_sns_topic" "orders" {
  name         = "orders"
  display_name = "Orders ${var.revision}"
}

resource "aws_sns_topic" "ordered" {
  name                        = "ordered.fifo"
  fifo_topic                  = true
  content_based_deduplication = true
}

resource "aws_sns_topic_subscription" "worker" {
  topic_arn           = aws_sns_topic.orders.arn
  protocol            = "lambda"
  endpoint            = aws_lambda_alias.live.arn
  filter_policy_scope = "MessageBody"
  filter_policy       = jsonencode({ revision = [var.revision] })
}

resource "aws_cloudwatch_event_bus" "shop" {
  name = "shop"
}

resource "aws_cloudwatch_event_archive" "shop" {
  name             = "shop"
  event_source_arn = aws_cloudwatch_event_bus.shop.arn
  retention_days   = 3
  event_pattern    = jsonencode({ source = ["shop"] })
}

resource "aws_cloudwatch_event_rule" "large" {
  name_prefix    = "large-"
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  event_pattern  = jsonencode({ source = ["shop"], detail = { items = [{ numeric = [">", 3] }] } })
}

resource "aws_cloudwatch_event_target" "worker" {
  rule           = aws_cloudwatch_event_rule.large.name
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  arn            = aws_lambda_alias.live.arn

  input_transformer {
    input_paths    = { items = "$.detail.items" }
    input_template = "{\"Records\": [{\"items\": <items>, \"revision\": \"${var.revision}\"}]}"
  }

  retry_policy {
    maximum_event_age_in_seconds = 60
    maximum_retry_attempts       = 1
  }
}

resource "aws_scheduler_schedule_group" "shop" {
  name = "shop"
}

resource "aws_scheduler_schedule" "morning" {
  name                         = "morning"
  group_name                   = aws_scheduler_schedule_group.shop.name
  schedule_expression          = "cron(0 9 ? * MON-FRI *)"
  schedule_expression_timezone = "Europe/Paris"

  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 15
  }

  target {
    arn      = aws_lambda_alias.live.arn
    role_arn = "arn:aws:iam::000000000000:role/scheduler"
    input    = jsonencode({ revision = var.revision })

    retry_policy {
      maximum_event_age_in_seconds = 300
      maximum_retry_attempts       = 2
    }
  }
}

resource "aws_appautoscaling_target" "live" {
  service_namespace  = "lambda"
  scalable_dimension = "lambda:function:ProvisionedConcurrency"
  resource_id        = "function:${aws_lambda_function.worker.function_name}:${aws_lambda_alias.live.name}"
  min_capacity       = 1
  max_capacity       = 3
}

resource "aws_appautoscaling_policy" "busy" {
  name               = "busy"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.live.service_namespace
  scalable_dimension = aws_appautoscaling_target.live.scalable_dimension
  resource_id        = aws_appautoscaling_target.live.resource_id

  target_tracking_scaling_policy_configuration {
    target_value = 0.7

    predefined_metric_specification {
      predefined_metric_type = "LambdaProvisionedConcurrencyUtilization"
    }
  }
}

resource "aws_appautoscaling_scheduled_action" "night" {
  name               = "night"
  service_namespace  = aws_appautoscaling_target.live.service_namespace
  scalable_dimension = aws_appautoscaling_target.live.scalable_dimension
  resource_id        = aws_appautoscaling_target.live.resource_id
  schedule           = "cron(0 22 * * ? *)"
  timezone           = "Europe/Berlin"

  scalable_target_action {
    min_capacity = 1
    max_capacity = var.revision == "1" ? 1 : 2
  }
}

resource "aws_xray_sampling_rule" "orders" {
  rule_name      = "orders"
  priority       = 100
  version        = 1
  reservoir_size = 1
  fixed_rate     = 0.5
  url_path       = "/orders*"
  host           = "*"
  http_method    = "*"
  service_type   = "*"
  service_name   = "*"
  resource_arn   = "*"

  tags = {
    revision = var.revision
  }
}

output "topic" {
  value = aws_sns_topic.orders.arn
}
