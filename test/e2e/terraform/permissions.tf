resource "aws_lambda_permission" "pictures" {
  statement_id   = "pictures"
  function_name  = aws_lambda_function.greeter.function_name
  action         = "lambda:InvokeFunction"
  principal      = "s3.amazonaws.com"
  source_arn     = "arn:aws:s3:::pictures"
  source_account = "000000000000"
}

resource "aws_lambda_permission" "partner" {
  statement_id  = "partner"
  function_name = aws_lambda_function.greeter.function_name
  action        = "lambda:GetFunction"
  principal     = "arn:aws:iam::111122223333:root"
}

resource "aws_lambda_permission" "live" {
  statement_id_prefix = "timer-"
  function_name       = aws_lambda_function.greeter.function_name
  qualifier           = aws_lambda_alias.live.name
  action              = "lambda:InvokeFunction"
  principal           = "events.amazonaws.com"
  source_arn          = "arn:aws:events:us-east-1:000000000000:rule/timer"
}
